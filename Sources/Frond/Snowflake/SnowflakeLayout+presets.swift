extension SnowflakeLayout {
    /// Twitter's: 41 bits of milliseconds, 5 of datacenter, 5 of worker, 12 of sequence, since 2010-11-04. To 2080.
    public static let twitter = SnowflakeLayout(
        unchecked: 1, epochMilliseconds: 1_288_834_974_657, tickBits: 41, datacenterBits: 5, workerBits: 5,
        sequenceBits: 12)

    /// Leaf's: Twitter's bits and epoch, with the ten bits of datacenter and worker as one worker ID, 0 to 1023.
    public static let leaf = SnowflakeLayout(
        unchecked: 1, epochMilliseconds: 1_288_834_974_657, tickBits: 41, datacenterBits: 0, workerBits: 10,
        sequenceBits: 12)

    /// Baidu's uid-generator: 28 bits of seconds, 22 of worker, 13 of sequence, since 2016-05-20 in Beijing.
    ///
    /// Its 28 bits ran out on 2024-11-20: it can be used only with a later epoch of one's own.
    public static let baidu = SnowflakeLayout(
        unchecked: 1000, epochMilliseconds: 1_463_673_600_000, tickBits: 28, datacenterBits: 0, workerBits: 22,
        sequenceBits: 13)

    /// Sonyflake's: 39 bits of 10 ms, 8 of sequence, 16 of worker in the lowest bits, since 2014-09-01. To 2188.
    public static let sonyflake = SnowflakeLayout(
        unchecked: 10, epochMilliseconds: 1_409_529_600_000, tickBits: 39, datacenterBits: 0, workerBits: 16,
        sequenceBits: 8, order: .sequenceThenWorker)

    /// 53 bits, which JavaScript's numbers hold exactly: 41 of milliseconds, 5 of worker, 7 of sequence, since
    /// 2020-01-01. 128 IDs a millisecond and worker; to 2089.
    public static let js53 = SnowflakeLayout(
        unchecked: 1, epochMilliseconds: 1_577_836_800_000, tickBits: 41, datacenterBits: 0, workerBits: 5,
        sequenceBits: 7)

    /// The presets by name: `twitter`, `leaf`, `baidu`, `sonyflake`, `js53`.
    public static let presets: KeyValuePairs<String, SnowflakeLayout> = [
        "twitter": twitter, "leaf": leaf, "baidu": baidu, "sonyflake": sonyflake, "js53": js53,
    ]

    /// - Throws: `invalidArgument` for a name that is none of ``presets``.
    public static func preset(_ name: String) throws(FrondError) -> SnowflakeLayout {
        guard let preset = presets.first(where: { $0.key == name }) else {
            let names = presets.map(\.key).joined(separator: ", ")
            throw FrondError(.invalidArgument, "'\(name)' is not a layout: one of \(names)")
        }
        return preset.value
    }
}
