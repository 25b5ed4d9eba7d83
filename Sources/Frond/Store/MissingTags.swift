/// The policy for tags that have no record yet.
public struct MissingTags: Hashable, Sendable {
    /// The settings of a tag created on first use; nil if none is created.
    package let settings: TagSettings?

    private init(settings: TagSettings?) {
        self.settings = settings
    }

    /// Numbers of a tag without a record are refused with `unknownTag`.
    public static let refuse = MissingTags(settings: nil)

    /// A tag is created with default settings when its first number is requested.
    public static let create = MissingTags(settings: TagSettings())

    /// A tag is created with these settings when its first number is requested.
    public static func create(_ settings: TagSettings) -> MissingTags { MissingTags(settings: settings) }
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
