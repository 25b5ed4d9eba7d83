import Foundation
import Frond
import FrondAPI
import GRPCCore
import SwiftProtobuf

/// `grpc.reflection.v1.ServerReflection`: tells tools such as grpcurl and Postman what the server's services are.
struct ReflectionService: Grpc_Reflection_V1_ServerReflection.ServiceProtocol {
    let index: DescriptorIndex
    let calls: CallGuard
    let access: AccessControl

    func serverReflectionInfo(
        request: StreamingServerRequest<Grpc_Reflection_V1_ServerReflectionRequest>, context: ServerContext
    ) async throws -> StreamingServerResponse<Grpc_Reflection_V1_ServerReflectionResponse> {
        _ = try await answering { try access.caller(request.metadata, context) }
        return StreamingServerResponse { writer in
            let (shutdown, source) = AsyncStream.makeStream(of: Void.self)
            try await calls.run(request.metadata, onShutdown: { source.finish() }) {
                try await withThrowingTaskGroup(of: Void.self) { tasks in
                    // A tool that keeps its stream open does not keep the server.
                    tasks.addTask { for await _ in shutdown {} }
                    tasks.addTask {
                        for try await question in request.messages { try await writer.write(answer(question)) }
                    }
                    try await tasks.next()
                    tasks.cancelAll()
                }
            }
            return [:]
        }
    }

    private func answer(
        _ question: Grpc_Reflection_V1_ServerReflectionRequest
    ) -> Grpc_Reflection_V1_ServerReflectionResponse {
        .with {
            $0.validHost = question.host
            $0.originalRequest = question
            switch question.messageRequest {
            case .listServices:
                $0.listServicesResponse.service = index.services.map { name in .with { $0.name = name } }
            case .fileByFilename(let name): $0.messageResponse = response(index.files(named: name), name)
            case .fileContainingSymbol(let symbol):
                $0.messageResponse = response(index.files(declaring: symbol), symbol)
            case .fileContainingExtension(let wanted): $0.messageResponse = response(nil, wanted.containingType)
            case .allExtensionNumbersOfType(let type): $0.messageResponse = response(nil, type)
            case nil: $0.messageResponse = refusal(.invalidArgument, "the request names nothing; set message_request")
            }
        }
    }

    private func response(
        _ files: [Data]?, _ name: String
    ) -> Grpc_Reflection_V1_ServerReflectionResponse.OneOf_MessageResponse {
        guard let files else { return refusal(.notFound, "'\(name.printable(limit: 256))' is not declared here") }
        return .fileDescriptorResponse(.with { $0.fileDescriptorProto = files })
    }

    private func refusal(
        _ code: Status.Code, _ message: String
    ) -> Grpc_Reflection_V1_ServerReflectionResponse.OneOf_MessageResponse {
        .errorResponse(.with { ($0.errorCode, $0.errorMessage) = (Int32(code.rawValue), message) })
    }
}
