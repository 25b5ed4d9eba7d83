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
        updatedAtMilliseconds = record.updatedAtMilliseconds
        if record.stripes != 1 { (stripes, stripe) = (record.stripes, record.stripe) }
    }
}

extension TagRecord {
    /// - Throws: `invalidArgument` where the tag is none.
    package init(_ record: Frond_V1_TagRecord) throws(FrondError) {
        self.init(
            tag: try Tag(stored: record.tag), maxID: record.maxID, step: record.step, startID: record.startID,
            maxValue: record.maxValue, cycles: record.cycles, cycle: record.cycle, version: record.version,
            description: record.description_p, updatedAtMilliseconds: record.updatedAtMilliseconds,
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
    }

    /// What is absent has the defaults of ``TagSettings``.
    package var settings: TagSettings {
        var settings = TagSettings(cycles: cycles, description: description_p)
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
    }

    package var change: TagChange {
        TagChange(
            step: hasStep ? step : nil, maxID: hasMaxID ? maxID : nil, maxValue: hasMaxValue ? maxValue : nil,
            cycles: hasCycles ? cycles : nil, description: hasDescription_p ? description_p : nil)
    }
}
