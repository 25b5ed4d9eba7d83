import Frond

extension ChainSimulation {
    /// A request comes: what it is answered by is chosen now, by what the server knows and by its clock.
    mutating func arrive(at server: Int) throws {
        let tag = random.chance(0.8) ? main : late
        let view = servers[server].views[tag] ?? records[tag]
        guard let view else { return }
        servers[server].views[tag] = view
        let form = try form(of: tag, view, at: server)
        let generators = view.options.generators.isEmpty ? [.segment] : view.options.generators
        var chain = FallbackChain(tag: tag, generators: generators, limit: .seconds(1), now: now)
        guard case .ask(let kind, _) = chain.begin(now: now) else { return }
        noteDay(of: form)
        let request = Request(
            server: server, life: servers[server].life, tag: tag, view: view, form: form, chain: chain, kind: kind)
        queue.add(.asked(request), at: now + random.duration(in: .zero...(.milliseconds(30))))
    }

    private mutating func form(of tag: Tag, _ view: TagRecord, at server: Int) throws -> TagForm {
        let wall = servers[server].clock.read(wallMilliseconds: wallMilliseconds(of: server))
        var view = view
        if omitted.contains(.floor) { view.options.snowflakeFloor = nil }
        return try TagForm(
            tag, view, format: nil, wallMilliseconds: wall, zones: Self.forms, scrambleKey: nil)
    }

    private func wallMilliseconds(of server: Int) -> Int64 {
        let time = (now + servers[server].skew).components
        return Self.start + time.seconds * 1000 + time.attoseconds / 1_000_000_000_000_000
    }

    /// Without a sequence for each period: the first server that sees a later day sets the tag back.
    private mutating func noteDay(of form: TagForm) {
        guard form.sequence != form.tag else { return }
        report.sequences.insert(form.sequence)
        guard omitted.contains(.sequences), form.sequence.name > latestDay else { return }
        latestDay = form.sequence.name
        if let record = records[main] { records[main]?.maxID = record.startID }
    }

    /// The generator that was asked answers, or does not.
    mutating func asked(_ request: Request) throws {
        var request = request
        guard servers[request.server].life == request.life else { return }
        do throws(FrondError) {
            let number = try number(for: request)
            let ids = try request.form.write(.integers([number]), by: request.kind)
            guard stands(request) else {
                report.dropped += 1
                return
            }
            try answer(number, ids, request)
        } catch {
            switch request.chain.failed(error, now: now) {
            case .fail: report.failures += 1
            case .ask(let kind, _):
                request.kind = kind
                queue.add(.asked(request), at: now + random.duration(in: .zero...(.milliseconds(30))))
            }
        }
    }

    private mutating func answer(_ number: Int64, _ ids: IssuedIDs, _ request: Request) throws(FrondError) {
        var ids = ids
        if omitted.contains(.oneDate) {
            // As if the date were looked up when the text is written.
            let wall = wallMilliseconds(of: request.server)
            ids = try TagForm(
                request.tag, request.view, format: nil, wallMilliseconds: wall, zones: Self.forms, scrambleKey: nil
            ).write(.integers([number]), by: request.kind)
        }
        let text =
            switch ids.values {
            case .texts(let texts): "\(request.tag) \(texts[0])"
            default: "\(request.tag) \(number)"
            }
        report.answers[request.kind, default: 0] += 1
        if !report.texts.insert(text).inserted {
            report.violations.append("\(text) was issued twice, at last by \(request.kind)")
        }
    }

    /// Returns true if the settings that a request was answered by are the tag's, read once its number is reserved.
    private mutating func stands(_ request: Request) -> Bool {
        guard !omitted.contains(.confirmation), !servers[request.server].confirmed.contains(request.tag) else {
            return true
        }
        guard let record = records[request.tag] else { return false }
        servers[request.server].views[request.tag] = record
        servers[request.server].confirmed.insert(request.tag)
        return record.options == request.view.options
    }

    // MARK: Generators

    private mutating func number(for request: Request) throws(FrondError) -> Int64 {
        let sequence = omitted.contains(.sequences) ? request.tag : request.form.sequence(for: request.kind)
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
            records[sequence] = try TagSettings(step: owner.step, startID: owner.startID, maxValue: owner.maxValue)
                .newRecord(sequence, nowMilliseconds: 0)
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
