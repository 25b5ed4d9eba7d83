import Foundation
import FrondAPI
import SwiftProtobuf

/// The files that declare the server's services, by their names and by the names that they declare.
struct DescriptorIndex: Sendable {
    /// The full names of the services, in order.
    private(set) var services: [String] = []
    /// Each file as bytes of a `google.protobuf.FileDescriptorProto`.
    private var files: [String: Data] = [:]
    private var imports: [String: [String]] = [:]
    private var fileOfSymbol: [String: String] = [:]

    init(_ set: Google_Protobuf_FileDescriptorSet) {
        for file in set.file { add(file) }
        services.sort()
    }

    /// Frond's own; empty for descriptors that cannot be read, which a test would find.
    static let ofServer: DescriptorIndex = {
        let bytes = Data(base64Encoded: ServiceDescriptors.base64) ?? Data()
        return DescriptorIndex((try? Google_Protobuf_FileDescriptorSet(serializedBytes: bytes)) ?? .init())
    }()

    private mutating func add(_ file: Google_Protobuf_FileDescriptorProto) {
        guard let bytes: Data = try? file.serializedBytes() else { return }
        files[file.name] = bytes
        imports[file.name] = file.dependency
        let package = file.package.isEmpty ? "" : "\(file.package)."
        for service in file.service {
            services.append(package + service.name)
            fileOfSymbol[package + service.name] = file.name
            for method in service.method { fileOfSymbol["\(package)\(service.name).\(method.name)"] = file.name }
        }
        for message in file.messageType { add(message, in: package, of: file.name) }
        for type in file.enumType { fileOfSymbol[package + type.name] = file.name }
    }

    private mutating func add(_ message: Google_Protobuf_DescriptorProto, in scope: String, of file: String) {
        fileOfSymbol[scope + message.name] = file
        for nested in message.nestedType { add(nested, in: "\(scope)\(message.name).", of: file) }
        for type in message.enumType { fileOfSymbol["\(scope)\(message.name).\(type.name)"] = file }
    }

    /// The file of a name and all that it imports, itself first; nil for an unknown name.
    func files(named name: String) -> [Data]? {
        guard files[name] != nil else { return nil }
        var names = [name]
        var index = 0
        while index < names.count {
            for imported in imports[names[index]] ?? [] where !names.contains(imported) { names.append(imported) }
            index += 1
        }
        return names.compactMap { files[$0] }
    }

    /// The file that declares a service, method, message or enumeration, and all that it imports; nil for an unknown
    /// name.
    func files(declaring symbol: String) -> [Data]? { fileOfSymbol[symbol].flatMap { files(named: $0) } }
}
