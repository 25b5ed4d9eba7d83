/// The last reservation of a tag, as its record keeps it: the numbers that can be given back, and by which secret.
public struct TagReservation: Hashable, Sendable {
    /// The first number that was reserved.
    public var first: Int64
    /// The secret of the segment.
    public var secret: ReservationSecret
    /// The reservation before, where the same caller made both and the two are one range.
    public var previous: Previous?

    /// A reservation that the last one continues.
    public struct Previous: Hashable, Sendable {
        public var first: Int64
        public var secret: ReservationSecret

        public init(first: Int64, secret: ReservationSecret) {
            self.first = first
            self.secret = secret
        }
    }

    public init(first: Int64, secret: ReservationSecret, previous: Previous? = nil) {
        self.first = first
        self.secret = secret
        self.previous = previous
    }

    /// The secret that gives back numbers from `number` on; nil where none does, since they belong to earlier
    /// reservations.
    func secret(from number: Int64) -> ReservationSecret? {
        if number >= first { return secret }
        guard let previous, number >= previous.first else { return nil }
        return previous.secret.joined(with: secret)
    }
}

extension TagReservation {
    /// The secrets in the form that stores keep in one column: the record's version, the secret, and the previous one.
    ///
    /// The version tells a secret that an earlier release, which does not know the column, left behind.
    public func secretText(version: Int64) -> String {
        ["\(version)", secret.text, previous?.secret.text].compactMap(\.self).joined(separator: " ")
    }

    /// Reads what a store keeps; nil where the text belongs to another version of the record, or is damaged: then
    /// nothing is taken back.
    public init?(first: Int64?, previousFirst: Int64?, secretText: String, version: Int64) {
        let parts = secretText.split(separator: " ")
        guard let first, parts.count >= 2, parts[0] == "\(version)", let secret = ReservationSecret(text: parts[1])
        else { return nil }
        self.init(first: first, secret: secret)
        guard let previousFirst, parts.count == 3, let before = ReservationSecret(text: parts[2]) else { return }
        previous = Previous(first: previousFirst, secret: before)
    }
}
