package import Frond

extension Frond_V1_TagRecord {
    package init(_ record: TagRecord) {
        self.init()
        tag = record.tag.name
        maxID = record.maxID
        step = record.step
        startID = record.startID
        maxValue = record.maxValue
        cycles = record.cycles
        cycle = record.cycle
        version = record.version
        description_p = record.description
        options = record.options.text
        updatedAtMilliseconds = record.updatedAtMilliseconds
        if record.stripe != .whole { (stripes, stripe) = (record.stripe.count, record.stripe.index) }
        settingsVersion = record.settings.version
    }
}

extension TagRecord {
    /// - Throws: `invalidArgument` for a name that is not a tag; `storeCorrupt` for options of a newer version.
    package init(_ record: Frond_V1_TagRecord) throws(FrondError) {
        let tag = try Tag(stored: record.tag)
        self.init(
            tag: tag,
            settings: TagSettings(
                step: record.step, startID: record.startID, maxValue: record.maxValue, cycles: record.cycles,
                description: record.description_p, options: try TagOptions(text: record.options, of: tag)),
            stripe: TagStripe(index: record.stripe, count: max(1, record.stripes)), maxID: record.maxID,
            cycle: record.cycle, version: record.version, updatedAtMilliseconds: record.updatedAtMilliseconds)
    }
}

extension Frond_V1_CreateTagRequest {
    package init(_ tag: Tag, _ settings: TagSettings) {
        self.init()
        self.tag = tag.name
        step = settings.step
        startID = settings.startID
        maxValue = settings.maxValue
        cycles = settings.cycles
        description_p = settings.description
        options = settings.options.text
    }

    /// Reads the settings; absent ones have the defaults of ``TagSettings``.
    /// - Throws: `invalidArgument` for invalid options.
    package func settings(of tag: Tag) throws(FrondError) -> TagSettings {
        let options = try TagOptions(named: options, of: tag)
        var settings = TagSettings(cycles: cycles, description: description_p, options: options)
        if hasStep { settings.step = step }
        if hasStartID { settings.startID = startID }
        if hasMaxValue { settings.maxValue = maxValue }
        return settings
    }
}

extension Frond_V1_ChangeTagRequest {
    package init(_ tag: Tag, _ change: TagChange) {
        self.init()
        self.tag = tag.name
        if let value = change.step { step = value }
        if let value = change.maxID { maxID = value }
        if let value = change.maxValue { maxValue = value }
        if let value = change.cycles { cycles = value }
        if let value = change.description { description_p = value }
        setOptions = change.options.values
        clearedOptions = change.clearedOptions.map(\.rawValue).sorted()
        if let value = change.ifVersion { ifVersion = value }
        allowRepeats = change.allowRepeats
        allowCycle = change.allowCycle
        allowEnd = change.allowEnd
    }

    /// - Throws: `invalidArgument` for invalid options.
    package func change(of tag: Tag) throws(FrondError) -> TagChange {
        var change = TagChange(
            step: hasStep ? step : nil, maxID: hasMaxID ? maxID : nil, maxValue: hasMaxValue ? maxValue : nil,
            cycles: hasCycles ? cycles : nil, description: hasDescription_p ? description_p : nil,
            ifVersion: hasIfVersion ? ifVersion : nil, allowRepeats: allowRepeats, allowCycle: allowCycle,
            allowEnd: allowEnd)
        if hasOptions {
            guard setOptions.isEmpty, clearedOptions.isEmpty else {
                throw FrondError(
                    .invalidArgument,
                    "options replaces all options of tag '\(tag)': leave set_options and cleared_options out, or "
                        + "options"
                )
            }
            change.replaceOptions(by: try TagOptions(named: options, of: tag))
            return change
        }
        for (name, value) in setOptions where value.contains(where: \.isNewline) {
            throw FrondError(.invalidArgument, "option \(name) of tag '\(tag)' has a line break; leave it out")
        }
        let lines = setOptions.map { "\($0.key)=\($0.value)" }.sorted()
        change.options = try TagOptions(named: lines.joined(separator: "\n"), of: tag)
        for name in clearedOptions {
            guard let option = TagOptions.Name(rawValue: name) else {
                let known = TagOptions.Name.allCases.map(\.rawValue).joined(separator: ", ")
                throw FrondError(.invalidArgument, "unknown option '\(name)' to clear; use \(known)")
            }
            change.clearedOptions.insert(option)
        }
        return change
    }
}

extension TagOptions {
    /// Reads options as a caller names them: unreadable ones are the caller's mistake, not a damaged store.
    fileprivate init(named text: String, of tag: Tag) throws(FrondError) {
        do throws(FrondError) {
            try self.init(text: text, of: tag)
        } catch {
            throw FrondError(.invalidArgument, error.message)
        }
        guard period != nil || !text.split(separator: "\n").contains(where: { $0.hasPrefix("timeZone=") }) else {
            throw FrondError(.invalidArgument, "option timeZone of tag '\(tag)' is set together with period")
        }
    }
}
