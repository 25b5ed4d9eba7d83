import Frond

extension MySQLFailure {
    /// True where the server was too slow to answer, as the library says it: the statement may yet be carried out.
    var isTimeout: Bool { code == 2013 && message.contains("110)") }
}

extension FrondError {
    /// The meaning of a database's failure for its users, with the server's own words and the cure.
    init(mysql failure: MySQLFailure, _ configuration: MySQLConfiguration) {
        guard failure.code != 1467, failure.code != 167 else {
            self.init(.exhausted, "an auto-increment of database \(configuration) has issued its last number")
            return
        }
        let server = failure.address ?? configuration.address
        let message =
            Self.loginFault(failure, server, configuration) ?? Self.refusal(failure, server, configuration)
            ?? Self.schemaFault(failure, server, configuration) ?? Self.passingTrouble(failure, server, configuration)
            // Other words of the server may quote the statement: the cause has them, for the log.
            ?? "database \(configuration) cannot be used: its server answers with error \(failure.code)"
        self.init(.storeUnavailable, message, retryAfter: .seconds(1), cause: failure)
    }

    /// The server does not let the user in.
    private static func loginFault(
        _ failure: MySQLFailure, _ server: String, _ configuration: MySQLConfiguration
    ) -> String? {
        let user = configuration.user
        let cure: String
        switch failure.code {
        case 1045:
            cure = accessCure(failure, configuration)
        case 1698:
            cure =
                "the account is for another way to log in, such as unix_socket: connect with ?socket=PATH as that "
                + "user of "
                + "the system, or run ALTER USER '\(user)' IDENTIFIED BY 'a password'"
        case 3159:
            cure = "add ?tls=verify (or tls=require) to the URL"
        case 1251, 1524, 2059, 2061:
            cure = pluginCure(failure, configuration)
        case 1820, 1862:
            cure = "the password has expired: run ALTER USER '\(user)' IDENTIFIED BY 'a new password'"
        case 3118, 4151:
            cure = "the account is locked: run ALTER USER '\(user)' ACCOUNT UNLOCK"
        case 1130:
            cure = "no account is for this host: run CREATE USER '\(user)'@'this host', or correct the host of the URL"
        case 1129:
            cure = "this host is blocked after many failed connections: run FLUSH HOSTS there"
        default:
            return nil
        }
        return "the server at \(server) refuses user '\(user)' (\(failure.message)): \(cure)"
    }

    private static func accessCure(_ failure: MySQLFailure, _ configuration: MySQLConfiguration) -> String {
        if failure.message.contains("using password: NO") {
            return "no password was sent: put it into the URL or into the password's own setting"
        }
        let account = "correct the user name or the password, or create the account for this host"
        return configuration.encryption == .off
            ? "\(account); an account that requires TLS (REQUIRE SSL) is refused in the same words: add ?tls=verify"
            : "\(account); an account that requires a client certificate (REQUIRE X509) cannot be used"
    }

    private static func pluginCure(_ failure: MySQLFailure, _ configuration: MySQLConfiguration) -> String {
        if failure.code == 1524 {
            return "install the plugin on the server (INSTALL SONAME), or give the account another with ALTER USER "
                + "'\(configuration.user)' IDENTIFIED VIA mysql_native_password"
        }
        if failure.code == 2059, failure.message.contains(".so") {
            return
                "install the file of this client plugin on this machine (Debian's libmariadb3 has the usual ones), or "
                + "give the account another plugin"
        }
        return "use tls=verify, or another authentication plugin for the account"
    }

    /// The server answers, and does not do what is asked.
    private static func refusal(
        _ failure: MySQLFailure, _ server: String, _ configuration: MySQLConfiguration
    ) -> String? {
        let user = configuration.user
        let database = configuration.database
        switch failure.code {
        case 1044, 1142, 1143, 1227, 1370:
            return
                "user '\(user)' lacks rights on database '\(database)' at \(server) (\(failure.message)): GRANT "
                + "SELECT, INSERT, UPDATE, DELETE ON `\(database)`.* TO '\(user)' (and CREATE, ALTER for 'frond schema "
                + "apply')"
        case 1049:
            return
                "database '\(database)' does not exist at \(server) (\(failure.message)): CREATE DATABASE "
                + "`\(database)`, or name another"
        case 1290, 1792, 1836:
            return
                "the server at \(server) is read-only (\(failure.message)): name the primary and not a replica, or let "
                + "it be written to with SET GLOBAL read_only = 0"
        case 1047, 3100:
            return "the server at \(server) is not a working member of its cluster (\(failure.message)): look at its "
                + "cluster status, or name the other nodes in the URL as well, as in host1,host2"
        case 1040, 1203, 1226:
            return "the server at \(server) has no connection left (\(failure.message)): raise its max_connections, or "
                + "lower ?pool= of the URL"
        case 2026:
            return
                "no encrypted connection to \(server): \(failure.message): set up TLS on the server, or correct tls= "
                + "and ca= of the URL"
        default:
            return nil
        }
    }

    /// Something is not in the database as it must be.
    private static func schemaFault(
        _ failure: MySQLFailure, _ server: String, _ configuration: MySQLConfiguration
    ) -> String? {
        let cure = "run 'frond schema apply --store \(configuration)' with its password"
        switch failure.code {
        case 1146, 1054:
            return "database \(configuration) lacks what Frond needs (\(failure.message)): \(cure)"
        case 1264, 1406, 1366, 1364:
            return "a table of database \(configuration) is not as Frond needs it (\(failure.message)): \(cure)"
        case 1021, 1114, 28:
            return "the server at \(server) cannot write, its disk or table is full: make room there"
        default:
            return nil
        }
    }

    /// Troubles that pass by themselves, or with those of the network.
    private static func passingTrouble(
        _ failure: MySQLFailure, _ server: String, _ configuration: MySQLConfiguration
    ) -> String? {
        switch failure.code {
        case 2005:
            let host = server.prefix { $0 != ":" }
            return "host '\(host)' cannot be resolved (\(failure.message)): correct the host of the URL, or the name "
                + "service"
        case 2002 where server.hasPrefix("/"):
            return
                "no connection by socket \(server) (\(failure.message)): start the server, or correct ?socket= of the "
                + "URL"
        case _ where failure.isConnecting && failure.breaksConnection:
            return "no connection to \(server) (\(failure.message)): start the server, or correct host "
                + "and port of the URL"
        case 1205:
            return "a row of database \(configuration) is locked by another session: end the transaction that holds it "
                + "(SHOW PROCESSLIST)"
        case 1213:
            return "database \(configuration) undid a change because of another at the same time"
        case 1969, 3024, 1317:
            return "the server at \(server) gave a statement up because it took too long or was told to"
        case 1927, 4031, 1053:
            return "the server at \(server) ended the connection (\(failure.message))"
        case _ where failure.isTimeout:
            return "the server at \(server) does not answer within \(configuration.replyTimeout)"
        case _ where failure.breaksConnection:
            return "the connection to \(server) broke (\(failure.message))"
        default:
            return nil
        }
    }
}
