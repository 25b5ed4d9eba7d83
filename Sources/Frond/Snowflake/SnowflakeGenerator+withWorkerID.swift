extension SnowflakeGenerator {
    /// Runs work with a generator that holds a worker ID, and gives the worker ID back when the work ends.
    ///
    ///     try await SnowflakeGenerator.withWorkerID(from: registry) { snowflake in
    ///         let id = try await snowflake.next()
    ///     }
    ///
    /// The work begins once the worker ID can be used, or once the registry has refused one: the generator then says
    /// why, and recovers by itself.
    /// - Parameters:
    ///   - registry: gives out the worker ID.
    ///   - layout: of the IDs; the same for all that share the registry.
    ///   - datacenterID: below 2^``SnowflakeLayout/datacenterBits``.
    ///   - worker: the times by which the worker ID is taken and kept.
    ///   - holder: recorded in the registry; this process by default.
    /// - Throws: the error of the work, and `invalidArgument` or `layoutExhausted` for a layout that cannot be used.
    public static func withWorkerID<Value>(
        from registry: any WorkerRegistry, layout: SnowflakeLayout = .leaf, datacenterID: Int64 = 0,
        policy: SnowflakePolicy = SnowflakePolicy(), worker: WorkerPolicy = WorkerPolicy(),
        holder: WorkerHolder = .current, time: any TimeSource = SystemTimeSource(),
        _ work: (SnowflakeGenerator) async throws -> Value
    ) async throws -> Value {
        let generator = try SnowflakeGenerator(
            layout: layout, datacenterID: datacenterID, policy: policy, time: time)
        let keeper = WorkerKeeper(generator: generator, registry: registry, holder: holder, policy: worker)
        let holding = Task { try await keeper.run() }
        let outcome: Result<Value, any Error>
        do {
            _ = await keeper.waitForFirstAnswer(atMost: worker.callLimit + worker.settlingTime)
            outcome = .success(try await work(generator))
        } catch {
            outcome = .failure(error)
        }
        holding.cancel()
        // A keeper that could not take a worker ID has told the work so.
        _ = await holding.result
        return try outcome.get()
    }
}
