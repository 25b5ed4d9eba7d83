import Hummingbird
import NIOCore

extension Router where Context == FrondContext {
    /// Adds the description of the HTTP interface, `docs/openapi.yaml`.
    func addDocument() {
        let document = ByteBuffer(bytes: PackageResources.openapi_yaml)
        getOnly("/openapi.yaml", allowingHead: true) { request, _ in
            _ = try QueryParameters(request.uri.query, knowing: [])
            return Response(
                status: .ok, headers: [.contentType: "application/yaml"], body: ResponseBody(byteBuffer: document))
        }
    }
}
