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
        if record.stripes != 1 { (stripes, stripe) = (record.stripes, record.stripe) }
    }
}

extension TagRecord {
    /// - Throws: `invalidArgument` where the tag is none; `storeCorrupt` for options of a newer version.
    package init(_ record: Frond_V1_TagRecord) throws(FrondError) {
        let tag = try Tag(stored: record.tag)
        self.init(
            tag: tag, maxID: record.maxID, step: record.step, startID: record.startID,
            maxValue: record.maxValue, cycles: record.cycles, cycle: record.cycle, version: record.version,
            description: record.description_p, options: try TagOptions(text: record.options, of: tag),
            updatedAtMilliseconds: record.updatedAtMilliseconds,
            stripes: max(1, record.stripes), stripe: record.stripe)
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
        if let value = change.options { options = value.text }
        allowRepeats = change.allowAlike
    }

    /// - Throws: `invalidArgument` for invalid options.
    package func change(of tag: Tag) throws(FrondError) -> TagChange {
        TagChange(
            step: hasStep ? step : nil, maxID: hasMaxID ? maxID : nil, maxValue: hasMaxValue ? maxValue : nil,
            cycles: hasCycles ? cycles : nil, description: hasDescription_p ? description_p : nil,
            options: hasOptions ? try TagOptions(named: options, of: tag) : nil, allowAlike: allowRepeats)
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
    }
}
