/// The records of tags in a store: a database, a file, another server.
///
/// The part of ``SegmentStore`` that reads and changes settings and reserves nothing.
public protocol TagStore: Sendable {
    /// Lists all tags, by name.
    func tags() async throws(FrondError) -> [TagRecord]

    /// Lists the rows that ``tags()`` leaves out, each with the reason and the cure.
    func unservedRows() async throws(FrondError) -> [UnservedRow]

    /// Reads the record of a tag.
    /// - Returns: nil if the tag does not exist.
    func tag(_ tag: Tag) async throws(FrondError) -> TagRecord?

    /// Lists the tags whose records changed within the last `age`, in any order.
    ///
    /// Servers ask it every second or two for all that changed, so it should cost one statement however many tags there
    /// are. It may list more than that, and by default lists all. Age is by the clock that dates the changes.
    func changedTags(within age: Duration) async throws(FrondError) -> [TagRecord]

    /// Creates a tag.
    /// - Throws: `tagExists`, or `invalidArgument` naming the setting.
    func create(_ tag: Tag, _ settings: TagSettings) async throws(FrondError) -> TagRecord

    /// Changes the settings of a tag.
    /// - Throws: `unknownTag`; `conflict` if the settings have another version than the change asks for;
    ///   `invalidArgument` naming the setting.
    func change(_ tag: Tag, _ change: TagChange) async throws(FrondError) -> TagRecord
}

extension TagStore {
    /// Lists nothing, for stores in which every row is a tag.
    public func unservedRows() async throws(FrondError) -> [UnservedRow] { [] }

    /// Lists all tags, for stores that do not date changes.
    public func changedTags(within age: Duration) async throws(FrondError) -> [TagRecord] { try await tags() }
}
