import Foundation
import FrondAPI
import FrondTesting
import GRPCCore
import SwiftProtobuf
import Testing

@testable import FrondServer

@Suite("Reflection by gRPC", .timeLimit(.minutes(5)))
struct ReflectionServiceTests {
    private typealias Request = Grpc_Reflection_V1_ServerReflectionRequest
    private typealias Response = Grpc_Reflection_V1_ServerReflectionResponse

    /// The answers to questions on one stream.
    private func ask(_ questions: [Request.OneOf_MessageRequest?]) async throws -> [Response] {
        try await TestServer().withClient { client async throws in
            let reflection = Grpc_Reflection_V1_ServerReflection.Client(wrapping: client)
            return try await reflection.serverReflectionInfo(
                requestProducer: { writer in
                    for question in questions { try await writer.write(.with { $0.messageRequest = question }) }
                },
                onResponse: { response in
                    var answers: [Response] = []
                    for try await message in response.messages { answers.append(message) }
                    return answers
                })
        }
    }

    private func files(_ response: Response) throws -> [Google_Protobuf_FileDescriptorProto] {
        try response.fileDescriptorResponse.fileDescriptorProto.map { try .init(serializedBytes: $0) }
    }

    @Test("names every service of the server, and the file of each")
    func services() async throws {
        let listed = try #require(try await ask([.listServices("")]).first).listServicesResponse.service.map(\.name)
        #expect(
            listed == [
                "frond.v1.IDs", "frond.v1.Segments", "frond.v1.Workers", "grpc.health.v1.Health",
                "grpc.reflection.v1.ServerReflection",
            ])
        let answers = try await ask(listed.map { .fileContainingSymbol($0) })
        for (name, answer) in zip(listed, answers) {
            let declared = try files(answer).flatMap { file in file.service.map { "\(file.package).\($0.name)" } }
            #expect(declared.contains(name), "\(declared)")
        }
    }

    @Test("finds methods, messages and enumerations, and a file by its name; what is not there is NOT_FOUND")
    func symbols() async throws {
        let known: [Request.OneOf_MessageRequest] = [
            .fileContainingSymbol("frond.v1.IDs.Next"), .fileContainingSymbol("frond.v1.NextRequest"),
            .fileContainingSymbol("frond.v1.Generator"), .fileByFilename("frond/v1/ids.proto"),
        ]
        let unknown: [Request.OneOf_MessageRequest?] = [
            .fileContainingSymbol("frond.v1.Nothing"), .fileByFilename("\u{1b}"), .allExtensionNumbersOfType("x"),
            .fileContainingExtension(.init()), nil,
        ]
        let answers = try await ask(known + unknown)
        #expect(answers.count == known.count + unknown.count)
        for answer in answers.prefix(known.count) {
            #expect(try files(answer).first?.name == "frond/v1/ids.proto")
        }
        for answer in answers.dropFirst(known.count) {
            #expect([3, 5].contains(answer.errorResponse.errorCode), "\(answer)")
            #expect(!answer.errorResponse.errorMessage.contains("\u{1b}"))
        }
    }

    @Test("says of every ID that it is a string in JavaScript, and is that of the .proto files")
    func descriptors() async throws {
        let answer = try #require(try await ask([.fileByFilename("frond/v1/ids.proto")]).first)
        let file = try #require(try files(answer).first)
        let numbers = file.messageType.first { $0.name == "NextResponse" }?.field.filter { $0.name == "number" }
        #expect(numbers?.map(\.options.jstype) == [.jsString])
        let service = try #require(file.service.first { $0.name == "IDs" })
        #expect(Set(service.method.map(\.name)) == Set(Frond_V1_IDs.Method.descriptors.map(\.method)))
    }

    @Test("a tool that keeps its stream open does not keep the server from ending")
    func shutdown() async throws {
        try await TestServer().whileRunning { running in
            try await running.withClient { client in
                let reflection = Grpc_Reflection_V1_ServerReflection.Client(wrapping: client)
                let (isOver, end) = AsyncStream.makeStream(of: Void.self)
                try await reflection.serverReflectionInfo(
                    requestProducer: { writer in
                        try await writer.write(.with { $0.listServices = "" })
                        for await _ in isOver {}
                    },
                    onResponse: { response in
                        var messages = response.messages.makeAsyncIterator()
                        _ = try await messages.next()
                        running.stop()
                        while try await messages.next() != nil {}
                        end.finish()
                    })
            }
        }
    }
}
