import Foundation
import Frond

extension EtcdConfiguration {
    /// - Throws: `invalidArgument` where a file of the encryption is missing, may not be read or holds something else.
    func checkFiles() throws(FrondError) {
        guard let tls else { return }
        let files = [("ca", tls.authorityFile), ("cert", tls.client?.certificateFile), ("key", tls.client?.keyFile)]
            .compactMap { name, path in path.map { (name: name, path: $0) } }
        for file in files {
            do {
                let handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: file.path))
                _ = try handle.read(upToCount: 1)
                try handle.close()
            } catch {
                throw FrondError(
                    .invalidArgument,
                    "\(self): the file '\(file.path)' of \(file.name)=FILE cannot be read: put it there, or give this "
                        + "user the right to read it",
                    cause: error)
            }
        }
        do {
            try EtcdConnection.check(tls, for: endpoints[0])
        } catch {
            let names = files.map { "\($0.name)=\($0.path)" }.joined(separator: ", ")
            throw FrondError(
                .invalidArgument,
                "\(self): not all of \(names) can be read; give certificates and their key as PEM, the key without a "
                    + "password",
                cause: error)
        }
    }
}
