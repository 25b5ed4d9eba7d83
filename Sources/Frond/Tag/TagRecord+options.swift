extension TagRecord {
    /// Checks that the tag can keep what its options promise.
    /// - Throws: `invalidArgument`, naming the option, its value and the cure.
    func checkOptions() throws(FrondError) {
        try checkGenerators()
        try checkPeriod()
        try checkWidth()
        if self.options.scrambleKey != nil,
            self.options.generators.contains(where: { $0.isMadeFromClock || $0.countsBesideRecord })
        {
            throw refusal("cannot be scrambled: the numbers of snowflake and ticket lie outside of its range")
        }
    }

    private func checkGenerators() throws(FrondError) {
        let generators = self.options.generators
        guard Set(generators).count == generators.count else {
            throw refusal("names a generator twice: \(Self.list(generators))")
        }
        if let index = generators.firstIndex(where: { !$0.makesNumbers }), index != generators.count - 1 {
            throw refusal("has generators behind uuid, which always answers: name uuid last")
        }
        let counts = generators.contains(where: \.countsInRecord)
        if counts, generators.contains(where: \.countsBesideRecord) {
            throw refusal(
                "cannot have ticket beside segment or redis: both count from 1 and would give out the same numbers")
        }
        if generators.contains(where: \.countsInOneDatabase), stripe.count > 1 {
            throw refusal("is spread over \(stripe.count) databases, and redis counts in one: leave redis out")
        }
        guard let floor = self.options.snowflakeFloor else {
            guard
                !generators.contains(where: \.isMadeFromClock)
                    || generators.first?.isMadeFromClock == true && !counts
            else {
                throw refusal("has snowflake beside numbers that count up, and does not say where snowflake IDs begin")
            }
            return
        }
        let last = counts || generators.isEmpty ? self.maxValue : maxID - 1
        guard last < floor else {
            throw refusal(
                "can count up to \(last) and meet snowflake IDs, which begin at \(floor): set --max below that")
        }
    }

    private func checkPeriod() throws(FrondError) {
        guard let period = self.options.period else { return }
        guard self.options.format?.hasDate == true else {
            throw refusal(
                "begins again each \(period.unit.rawValue) and would repeat itself: give it a --format with {date}, "
                    + "such as 'ORD-{date}-{number:6}'")
        }
        guard !self.cycles else {
            throw refusal("cannot have a period and begin again after its last number: choose one")
        }
        guard tag.name.utf8.count <= Tag.longestWithPeriods else {
            throw refusal(
                "has a name of \(tag.name.utf8.count) characters: with a period it may have \(Tag.longestWithPeriods)"
            )
        }
        let isPlausible = period.timeZone.utf8.allSatisfy { (0x21...0x7e).contains($0) && $0 != UInt8(ascii: "=") }
        guard isPlausible, (1...64).contains(period.timeZone.utf8.count) else {
            throw refusal(
                "has an unknown time zone '\(period.timeZone)'; use UTC, +08:00 or a name such as Asia/Shanghai")
        }
    }

    /// A number that a fixed width cannot hold would be an error some day, and not now.
    private func checkWidth() throws(FrondError) {
        guard let number = self.options.format?.number, case .fixed(let width) = number.width else { return }
        let counts = self.options.generators.allSatisfy { $0.countsInRecord || !$0.makesNumbers }
        let largest = counts ? self.maxValue : Int64.max
        guard number.text(of: largest) == nil else { return }
        throw refusal(
            "has numbers up to \(largest), which \(width) digits of \(number.radix.rawValue) do not hold: use "
                + "'\(number.radix.rawValue)=\(number.radix.width(of: largest))', a padding with ':', or a lower --max")
    }

    /// Texts of two notations may be equal, and two generators that count begin at the same number: so a tag in use
    /// keeps its notation, and the generators that count.
    func checkRepeats(of successor: TagRecord, isAllowed: Bool) throws(FrondError) {
        guard mayBeUsed, !isAllowed else { return }
        let (old, new) = (self.options, successor.options)
        if old.isOfTickets != new.isOfTickets {
            throw refusal(
                "is in use, and tickets count apart from segments and redis: create another tag, or consent with "
                    + "--allow-repeats (allow_repeats)")
        }
        if old.scrambleKey != nil, self.maxValue != successor.maxValue {
            throw refusal(
                "is scrambled over its numbers up to \(self.maxValue), and another --max would repeat them: create "
                    + "another tag, or consent with --allow-repeats (allow_repeats)")
        }
        guard old.format != new.format || old.period != new.period || old.scrambleKey != new.scrambleKey else { return }
        throw refusal(
            "is in use; the new format could repeat an ID it already issued: create another tag, or consent with "
                + "--allow-repeats (allow_repeats)")
    }

    /// True where an ID of the tag may have been issued.
    var mayBeUsed: Bool {
        let counts = self.options.generators.allSatisfy(\.countsInRecord)
        return maxID != self.startID || cycle != 0 || self.options.period != nil || !counts
    }

    private func refusal(_ reason: String) -> FrondError {
        FrondError(.invalidArgument, "tag '\(tag)' \(reason)")
    }

    private static func list(_ generators: [GeneratorKind]) -> String {
        generators.map(\.rawValue).joined(separator: ", ")
    }
}

extension TagOptions {
    /// True where tickets count its numbers.
    fileprivate var isOfTickets: Bool { generators.contains(where: \.countsBesideRecord) }
}

extension TagRecord {
    /// The permutation that scrambles the tag's numbers.
    /// - Throws: `storeCorrupt` for a record whose numbers end before they begin.
    package func scramble(_ key: ScrambleKey) throws(FrondError) -> Scramble {
        guard self.startID <= self.maxValue else {
            throw FrondError(
                .storeCorrupt,
                "the record of tag '\(tag)' is invalid: max_value \(self.maxValue) is below start_id "
                    + "\(self.startID)"
            )
        }
        return try Scramble(key: key, name: tag.name, range: self.startID...self.maxValue)
    }
}
