import FrondServer

extension GRPCConfiguration {
    /// - Returns: nil where no port is set.
    /// - Throws: ``CommandFailure``, naming the setting, its value and what is allowed.
    init?(_ reader: SettingsReader) throws {
        // Checked without a port too: a mistake shows before the port is set.
        self.init(
            host: reader.text(.grpcHost),
            port: Int(try reader.integer(.grpcPort, in: 0...65535, default: 0)),
            maxStreams: Int(try reader.integer(.grpcMaxStreams, in: 1...1_000_000, default: 1000)),
            maxOutstanding: Int(try reader.integer(.grpcMaxOutstanding, in: 1...1_000_000, default: 10_000)),
            maxConnectionAge: try reader.text(.grpcMaxConnectionAge).map { _ in
                try reader.duration(.grpcMaxConnectionAge, default: .seconds(3600))
            })
        guard reader.text(.grpcPort) != nil else { return nil }
    }
}

extension RESPConfiguration {
    /// - Returns: nil where no port is set.
    /// - Throws: ``CommandFailure``, naming the setting, its value and what is allowed.
    init?(_ reader: SettingsReader) throws {
        // Checked without a port too: a mistake shows before the port is set.
        self.init(
            host: reader.text(.respHost),
            port: Int(try reader.integer(.respPort, in: 0...65535, default: 0)),
            maxConnections: Int(try reader.integer(.respMaxConnections, in: 1...1_000_000, default: 10_000)),
            idleTimeout: try reader.text(.respIdleTimeout).map { _ in
                try reader.duration(.respIdleTimeout, default: .zero)
            })
        guard reader.text(.respPort) != nil else { return nil }
    }
}

extension AdminConfiguration {
    /// - Returns: nil where no port is set.
    /// - Throws: ``CommandFailure``, naming the setting, its value and what is allowed.
    init?(_ reader: SettingsReader) throws {
        // Checked without a port too: a mistake shows before the port is set.
        self.init(
            host: reader.string(.adminHost, default: "127.0.0.1"),
            port: Int(try reader.integer(.adminPort, in: 0...65535, default: 0)),
            tls: try ServerTLS(reader, .adminTLSCertificate, .adminTLSKey, .adminTLSClientCA))
        guard reader.text(.adminPort) != nil else { return nil }
    }
}

extension ServerTLS {
    /// - Returns: nil where no certificate is set.
    /// - Throws: ``CommandFailure`` where the certificate, its key or both are missing.
    init?(
        _ reader: SettingsReader, _ certificate: SettingKey = .tlsCertificate, _ key: SettingKey = .tlsKey,
        _ authority: SettingKey = .tlsClientCA
    ) throws {
        let clientCA = reader.text(authority)
        let isSet = [certificate, key].map { reader.text($0) != nil }
        guard isSet.contains(true) || clientCA != nil else { return nil }
        guard isSet.allSatisfy({ $0 }) else {
            throw CommandFailure(
                .configuration,
                "\(certificate.rawValue) and \(key.rawValue) go together, and \(authority.rawValue) goes with both of "
                    + "them")
        }
        self.init(
            certificate: reader.string(certificate, default: ""), key: reader.string(key, default: ""),
            clientCA: clientCA)
    }
}
