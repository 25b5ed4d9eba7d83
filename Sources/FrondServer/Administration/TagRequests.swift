import Frond
import FrondAPI
import Hummingbird

// The bodies of requests that create and change tags, by the rules of the messages over gRPC.

extension Frond_V1_CreateTagRequest {
    private static let members = ["step", "start", "max", "cycles", "description", "options"]

    /// Reads the body of a request.
    /// - Throws: ``Problem`` naming the member and what is allowed.
    init(_ tag: Tag, _ request: Request) async throws {
        let body = try await JSONObject(request, knowing: Self.members)
        self.init()
        self.tag = tag.name
        if let value = try body.integer("step") { step = value }
        if let value = try body.integer("start") { startID = value }
        if let value = try body.integer("max") { maxValue = value }
        cycles = try body.flag("cycles") ?? false
        description_p = try body.text("description") ?? ""
        let options = try body.texts("options").compactMapValues(\.self)
        for (name, value) in options where (name + value).contains(where: \.isNewline) || name.contains("=") {
            throw Problem.badRequest(
                "the option '\(name.printable(limit: 100))' has a line break, or '=' in its name; leave it out")
        }
        self.options = options.map { "\($0.key)=\($0.value)" }.sorted().joined(separator: "\n")
    }
}

extension Frond_V1_ChangeTagRequest {
    private static let members = [
        "step", "maxId", "max", "cycles", "description", "options", "allowRepeats", "allowCycle", "allowEnd",
    ]

    /// Reads the body of a request: members that are missing stay as they are, and options that are null are cleared.
    /// - Throws: ``Problem`` naming the member and what is allowed.
    init(_ tag: Tag, _ request: Request) async throws {
        let body = try await JSONObject(request, knowing: Self.members)
        self.init()
        self.tag = tag.name
        if let value = try body.integer("step") { step = value }
        if let value = try body.integer("maxId") { maxID = value }
        if let value = try body.integer("max") { maxValue = value }
        if let value = try body.flag("cycles") { cycles = value }
        if let value = try body.text("description") { description_p = value }
        for (name, value) in try body.texts("options") {
            guard !name.contains(where: \.isNewline), !name.contains("=") else {
                throw Problem.badRequest("the option '\(name.printable(limit: 100))' is unknown")
            }
            if let value { setOptions[name] = value } else { clearedOptions.append(name) }
        }
        clearedOptions.sort()
        allowRepeats = try body.flag("allowRepeats") ?? false
        allowCycle = try body.flag("allowCycle") ?? false
        allowEnd = try body.flag("allowEnd") ?? false
    }
}
