import Frond

extension StoreView {
    /// Reserves numbers of a tag that go out as they are: over gRPC, and to the clients of Tinyid.
    /// - Parameter reserve: makes the reservation; gets the record as it was before, nil where there is none yet.
    /// - Throws: `generatorNotOfTag` and `invalidArgument` for a tag whose IDs are not the numbers of its record; the
    ///   errors of the store and of `reserve`.
    func reservePlain(
        _ tag: Tag, by reserve: (TagRecord?) async throws(FrondError) -> Segment
    ) async throws(FrondError) -> Segment {
        let record = try await checkNumbersAreIDs(of: tag)
        let segment = try await reserve(record)
        // Once more, now that the numbers are reserved: from here on the settings of the tag change no more.
        try await checkNumbersAreIDs(of: tag)
        return segment
    }

    @discardableResult
    private func checkNumbersAreIDs(of tag: Tag) async throws(FrondError) -> TagRecord? {
        let record = try await self.tag(tag)
        try record?.options.checkNumbersAreIDs(of: tag)
        return record
    }
}
