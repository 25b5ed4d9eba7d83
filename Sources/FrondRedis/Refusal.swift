/// An error reply of Redis that has a known cure.
struct Refusal {
    private let codes: [String]
    private let meaning: String
    /// The meaning of what a Sentinel answers, and of what a primary does that Sentinels named, where those differ.
    private let ofSentinel: String?
    private let ofNamed: String?
    /// True if the error may pass without the operator's doing.
    let mayPass: Bool

    private init(
        codes: [String], meaning: String, ofSentinel: String? = nil, ofNamed: String? = nil, mayPass: Bool = false
    ) {
        self.codes = codes
        self.meaning = meaning
        self.ofSentinel = ofSentinel
        self.ofNamed = ofNamed
        self.mayPass = mayPass
    }

    /// The one that a reply is. An error inside a script has its code in the middle of older servers' text.
    init?(_ reply: String) {
        guard let known = Self.all.first(where: { $0.codes.contains { reply.contains($0) } }) else { return nil }
        self = known
    }

    func meaning(_ server: ServerName) -> String {
        switch server.kind {
        case .sentinel: ofSentinel ?? meaning
        case .redis: server.isNamedBySentinel ? ofNamed ?? meaning : meaning
        }
    }

    private static let all = [
        Refusal(
            codes: ["WRONGPASS", "invalid password", "invalid username-password"],
            meaning: "refuses the user or the password: correct them in the URL",
            ofSentinel: "refuses its user or password: correct sentinelUser= and sentinelPassword= in the URL"),
        Refusal(
            codes: ["NOAUTH"], meaning: "wants a password: add it to the URL, redis://:password@host:port/db",
            ofSentinel: "wants a password: add ?sentinelPassword=… to the URL"),
        Refusal(
            codes: ["without any password configured", "no password is set"],
            meaning: "has no password: remove it from the URL",
            ofSentinel: "has no password: remove sentinelPassword= from the URL"),
        Refusal(
            codes: ["NOPERM"],
            meaning:
                "does not allow this user what Frond needs: give it +@scripting +info +type +@hash +ping +select "
                + "+asking and the keys of the prefix",
            ofSentinel: "does not allow this user what Frond needs: give it +sentinel|get-master-addr-by-name"),
        Refusal(
            codes: ["DB index is out of range", "invalid DB index", "SELECT is not allowed in cluster mode"],
            meaning: "has no database of that number: correct it in the URL"),
        Refusal(
            codes: ["MOVED ", "ASK ", "CROSSSLOT"],
            meaning: "is part of a cluster: write redis+cluster:// in the URL, with some of its nodes"),
        Refusal(
            codes: ["CLUSTERDOWN"],
            meaning: "is in a cluster that is down, or no node of it serves the slot: look with 'redis-cli --cluster "
                + "check'",
            mayPass: true),
        Refusal(
            codes: ["TRYAGAIN"], meaning: "is in a cluster that is moving the slot of the key at this moment",
            mayPass: true),
        Refusal(
            codes: ["READONLY"], meaning: "is a replica, which cannot be written: name its primary in the URL",
            ofNamed: "is a replica, which cannot be written: no Sentinel names another primary yet", mayPass: true),
        Refusal(
            codes: ["MASTERDOWN"], meaning: "is a replica that has lost its primary: name the primary in the URL",
            ofNamed: "is a replica that has lost its primary: no Sentinel names another primary yet", mayPass: true),
        Refusal(codes: ["LOADING"], meaning: "is loading its data: wait until it is done", mayPass: true),
        Refusal(
            codes: ["OOM "],
            meaning: "is out of memory: raise its maxmemory, or set a maxmemory-policy that makes room", mayPass: true),
        Refusal(
            codes: ["MISCONF"],
            meaning: "accepts no writes, because it cannot save to its disk: make room there and look into its log",
            mayPass: true),
        Refusal(
            codes: ["NOREPLICAS"], meaning: "accepts no writes, because too few replicas are connected", mayPass: true),
        Refusal(codes: ["BUSY "], meaning: "is busy with another program's script", mayPass: true),
        Refusal(
            codes: ["max number of clients"], meaning: "has too many clients: raise its maxclients", mayPass: true),
    ]
}
