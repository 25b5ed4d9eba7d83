import Frond

/// A reserved segment in Tinyid's terms: the numbers in (``current``, ``max``] that equal ``remainder`` modulo
/// ``delta``.
struct TinyidSegment: Equatable {
    /// The largest ``max``. A client counts past the end of a segment, once for each of its threads, and near 2^63 it
    /// would come to negative numbers.
    static let largest = Int64.max - 1 << 40
    /// A client fetches the next segment once it has used one part in so many: a fifth.
    private static let loadingPart: Int64 = 5

    /// One below the first number; never issued itself.
    let current: Int64
    /// The number at which a client fetches the next segment.
    let loading: Int64
    /// The upper end, included.
    let max: Int64
    /// The distance of the numbers: the stride of the segment.
    let delta: Int64
    let remainder: Int64

    /// - Throws: `exhausted` for a segment that ends above ``largest``.
    init(_ segment: Segment, of tag: Tag) throws(FrondError) {
        current = segment.first - 1
        max = segment.end - 1
        loading = current + (max - current) / Self.loadingPart
        delta = segment.stride
        remainder = segment.first % segment.stride
        guard max <= Self.largest else {
            throw FrondError(
                .exhausted,
                "the numbers of tag '\(tag)' have passed \(Self.largest), and Tinyid's clients would count on to "
                    + "negative ones; request its IDs at /api/segment/get/\(tag)")
        }
    }
}
