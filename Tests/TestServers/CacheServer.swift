import Foundation
import FrondTesting
import Testing

/// A shared cache in front of a server, on a free port of loopback, with its files in a folder of its own.
package final class CacheServer: Sendable {
    package enum Kind: String, Sendable, CaseIterable {
        /// nginx that keeps every 200 for ten seconds.
        case nginx
        /// Varnish as it comes out of the box.
        case varnish
    }

    package let port: Int
    private let directory: TemporaryDirectory
    private let process: ServerProcess

    /// Starts a cache and waits until it serves.
    /// - Parameter backend: the port of the server behind it.
    package static func start(_ kind: Kind, backend: Int) async throws -> CacheServer {
        let server = try CacheServer(kind, backend: backend)
        _ = try await server.process.waitForLine(
            containing: kind == .nginx ? "start worker process" : "said Child starts")
        return server
    }

    private init(_ kind: Kind, backend: Int) throws {
        port = try FreePort.find()
        directory = try TemporaryDirectory()
        switch kind {
        case .nginx:
            let path = directory.path + "/nginx.conf"
            try Self.configuration(folder: directory.path, port: port, backend: backend)
                .write(toFile: path, atomically: true, encoding: .utf8)
            process = ServerProcess("nginx", ["-c", path, "-p", directory.path, "-e", "stderr"])
        case .varnish:
            process = ServerProcess(
                "varnishd",
                ["-F", "-n", directory.path + "/varnish", "-a", "127.0.0.1:\(port)", "-b", "127.0.0.1:\(backend)"])
        }
    }

    /// A test that runs as root says so, since nginx would take another user, who may not enter the folder.
    private static func configuration(folder: String, port: Int, backend: Int) -> String {
        """
        \(geteuid() == 0 ? "user root;" : "")
        daemon off;
        worker_processes 1;
        pid \(folder)/nginx.pid;
        error_log stderr notice;
        events { worker_connections 256; }
        http {
            access_log off;
            client_body_temp_path \(folder)/body;
            proxy_temp_path \(folder)/proxy;
            fastcgi_temp_path \(folder)/fastcgi;
            uwsgi_temp_path \(folder)/uwsgi;
            scgi_temp_path \(folder)/scgi;
            proxy_cache_path \(folder)/cache keys_zone=ids:1m;
            server {
                listen 127.0.0.1:\(port);
                location / {
                    proxy_pass http://127.0.0.1:\(backend);
                    proxy_cache ids;
                    proxy_cache_valid 200 10s;
                    proxy_cache_valid any 10s;
                }
            }
        }

        """
    }
}
