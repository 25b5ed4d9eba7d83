/// The policy for tags that have no record yet.
public struct MissingTags: Hashable, Sendable {
    /// The settings of a tag created on first use; nil if none is created.
    package let settings: TagSettings?
    /// The number of tags in the store from which on none is created on first use.
    package let maxCount: Int

    private init(settings: TagSettings?, maxCount: Int = Self.defaultMaxCount) {
        self.settings = settings
        self.maxCount = maxCount
    }

    /// The default of the number of tags from which on none is created on first use.
    public static let defaultMaxCount = 100_000

    /// Numbers of a tag without a record are refused with `unknownTag`.
    public static let refuse = MissingTags(settings: nil)

    /// A tag is created with default settings when its first number is requested.
    public static let create = MissingTags(settings: TagSettings())

    /// A tag is created with these settings when its first number is requested.
    /// - Parameter maxCount: the number of tags in the store from which on none is created, so that a scanner cannot
    ///   fill it: 1 or more.
    public static func create(_ settings: TagSettings, maxCount: Int = Self.defaultMaxCount) -> MissingTags {
        MissingTags(settings: settings, maxCount: maxCount)
    }
}

/// The cure for a reservation that found no record.
package enum MissingRecord: Hashable, Sendable {
    /// The request is refused.
    case refuse
    /// The tag is created with these settings.
    case create(TagSettings)
    /// The record is that of a period: it is created with the settings of its tag.
    case createPeriod(of: Tag)

    /// - Parameter floor: the position up to which the record is known to be issued; nil if it was never seen.
    package init(_ tag: Tag, after floor: SegmentPosition?, _ policy: MissingTags) {
        // The record existed and is gone: a new one would start again at its first number.
        if floor != nil {
            self = .refuse
        } else if let owner = tag.periodTag {
            self = .createPeriod(of: owner)
        } else {
            self = policy.settings.map(Self.create) ?? .refuse
        }
    }
}
