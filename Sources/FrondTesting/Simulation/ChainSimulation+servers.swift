import Frond

extension ChainSimulation {
    /// A request comes: how it is answered is decided now, by what the server knows and by its clock.
    mutating func arrive(at server: Int) throws {
        let tag = random.chance(0.8) ? main : late
        let rules = IssueStateMachine.Rules(
            enabled: [.segment, .redis, .snowflake], waitLimit: .seconds(1), scrambleKey: nil, zones: Self.forms)
        let request = Request(
            server: server, life: servers[server].life, tag: tag,
            machine: IssueStateMachine(IssueRequest(tag), rules: rules),
            view: TagKnowledge(record: nil, isConfirmed: false), kind: .segment, sequence: tag)
        follow(request.machine.begin(), of: request)
    }

    /// Does what the machine of a request says.
    private mutating func follow(_ first: IssueStateMachine.Action, of request: Request) {
        var request = request
        var action = first
        while true {
            switch action {
            case .readSettings:
                request.view = view(of: request.tag, at: request.server)
                let wall = servers[request.server].clock.read(wallMilliseconds: wallMilliseconds(of: request.server))
                action = request.machine.read(.success(request.view), now: now, wallMilliseconds: wall)
            case .ask(let kind, let sequence, _):
                request.kind = kind
                request.sequence = sequence
                noteDay(of: sequence)
                queue.add(.asked(request), at: now + random.duration(in: .zero...(.milliseconds(30))))
                return
            case .confirm(let settles):
                let reading = confirm(request, settles: settles)
                action = request.machine.confirmed(reading)
                if case .readSettings = action { report.dropped += 1 }
            case .finish(.success(let ids)):
                answer(ids, request)
                return
            case .finish(.failure):
                report.failures += 1
                return
            }
        }
    }

    /// The settings that the server last read of a tag; it looks now if it has none.
    private mutating func view(of tag: Tag, at server: Int) -> TagKnowledge {
        var knowledge =
            servers[server].settings[tag] ?? servers[server].settings.read(records[tag], of: tag, readAt: now)
        if omitted.contains(.floor) { knowledge.record?.options.snowflakeFloor = nil }
        return knowledge
    }

    private func wallMilliseconds(of server: Int) -> Int64 {
        let time = (now + servers[server].skew).components
        return Self.start + time.seconds * 1000 + time.attoseconds / 1_000_000_000_000_000
    }

    /// Without sequences of their own: the first server that sees a later day sets the tag back.
    private mutating func noteDay(of sequence: Tag) {
        guard sequence.periodTag != nil else { return }
        report.sequences.insert(sequence)
        guard omitted.contains(.sequences), sequence.name > latestDay else { return }
        latestDay = sequence.name
        if let record = records[main] { records[main]?.maxID = record.startID }
    }

    /// The generator that was asked answers, or does not.
    mutating func asked(_ request: Request) throws {
        var request = request
        guard servers[request.server].life == request.life else { return }
        let action: IssueStateMachine.Action
        do throws(FrondError) {
            let number = try number(for: request)
            action = request.machine.brought(.numbers([NumberRun(first: number, count: 1)]), now: now)
            request.number = number
        } catch {
            action = request.machine.failed(error, now: now)
        }
        follow(action, of: request)
    }

    private mutating func answer(_ ids: IssuedIDs, _ request: Request) {
        var line = ids.firstLine
        if omitted.contains(.oneDate), let number = request.number {
            // As if the date were looked up when the text is written.
            let wall = wallMilliseconds(of: request.server)
            let later = try? TagNotation(
                request.tag, request.view.record, format: nil, wallMilliseconds: wall, zones: Self.forms,
                scrambleKey: nil
            ).write(.numbers([NumberRun(first: number, count: 1)]), by: request.kind)
            line = later?.firstLine ?? line
        }
        let text = "\(request.tag) \(line)"
        report.answers[request.kind, default: 0] += 1
        if !report.texts.insert(text).inserted {
            report.violations.append("\(text) was issued twice, at last by \(request.kind)")
        }
    }

    /// Reads the settings of a tag once its number is reserved, and makes them final where the number does not.
    private mutating func confirm(_ request: Request, settles: Bool) -> Result<TagKnowledge, FrondError> {
        if omitted.contains(.confirmation) { return .success(request.view) }
        do throws(FrondError) {
            guard let record = records[request.tag] else { throw .unknown(request.tag) }
            if settles, !record.isInUse {
                records[request.tag] = try record.applying(TagChange(maxID: record.maxID + 1), nowMilliseconds: 0)
            }
        } catch {
            return .failure(error)
        }
        _ = servers[request.server].settings.read(
            records[request.tag], of: request.tag, readAt: now, confirms: true)
        return .success(view(of: request.tag, at: request.server))
    }

    // MARK: Generators

    private mutating func number(for request: Request) throws(FrondError) -> Int64 {
        let sequence = omitted.contains(.sequences) ? request.tag : request.sequence
        switch request.kind {
        case .redis:
            if outages.contains(.redis) { throw FrondError(.storeUnavailable, "redis is down") }
            if redis[sequence, default: []].isEmpty { redis[sequence] = try reserve(sequence, of: request.tag) }
            return try first(of: &redis[sequence, default: []])
        case .segment:
            if servers[request.server].segments[sequence, default: []].isEmpty {
                servers[request.server].segments[sequence] = try reserve(sequence, of: request.tag)
            }
            return try first(of: &servers[request.server].segments[sequence, default: []])
        case .snowflake: return nextSnowflake(of: request.server)
        case .ticket, .uuid: throw FrondError(.storeUnavailable, "not simulated")
        }
    }

    private func first(of numbers: inout ArraySlice<Int64>) throws(FrondError) -> Int64 {
        guard let number = numbers.popFirst() else { throw FrondError(.exhausted, "no number is left") }
        return number
    }

    /// The arithmetic of the real stores; a period's record is made as ``StoreView`` creates it.
    private mutating func reserve(_ sequence: Tag, of tag: Tag) throws(FrondError) -> ArraySlice<Int64> {
        if outages.contains(.segments) { throw FrondError(.storeUnavailable, "the store is down") }
        if records[sequence] == nil, let owner = records[tag] {
            records[sequence] = try owner.settingsOfPeriod.newRecord(sequence, nowMilliseconds: 0)
        }
        guard let record = records[sequence] else { throw FrondError(.unknownTag, "no tag \(sequence)") }
        let (segment, successor) = try record.reserving(atLeast: nil, after: nil)
        records[sequence] = successor
        // The reply is lost: a gap.
        if random.chance(0.05) { throw FrondError(.storeUnavailable, "the store did not answer") }
        return Array(segment.first..<segment.end)[...]
    }

    /// Eight IDs a millisecond, one for each server: a layout so small that its IDs of before the start are numbers.
    private mutating func nextSnowflake(of server: Int) -> Int64 {
        let current = Self.floor + (wallMilliseconds(of: server) - Self.start) * 8 + Int64(server)
        let last = servers[server].lastSnowflake
        let id = current > last ? current : last + 8
        servers[server].lastSnowflake = id
        return id
    }
}
