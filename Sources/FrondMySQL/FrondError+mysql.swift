import Frond

extension MySQLFailure {
    /// Whether the server was too slow to answer, as the library says it: whatever was asked for may yet be done.
    var isTimeout: Bool { code == 2013 && message.contains("110)") }
}

extension FrondError {
    /// What a failure of a database means for whoever uses it, with its cure.
    init(mysql failure: MySQLFailure, _ configuration: MySQLConfiguration) {
        guard failure.code != 1467, failure.code != 167 else {
            self.init(.exhausted, "an auto-increment of database \(configuration) has given out its last number")
            return
        }
        let message =
            Self.refusal(failure, configuration) ?? Self.schemaFault(failure, configuration)
            ?? Self.passingTrouble(failure, configuration)
            ?? "database \(configuration) cannot be used: \(failure.message)"
        self.init(.storeUnavailable, message, retryAfter: .seconds(1), cause: failure)
    }

    /// Who we are, and what we may do.
    private static func refusal(_ failure: MySQLFailure, _ configuration: MySQLConfiguration) -> String? {
        let user = configuration.user
        let database = configuration.database
        switch failure.code {
        case 1045, 1698:
            return "the server at \(configuration.address) refuses user '\(user)': correct the user name or the "
                + "password, or let the user in from this host"
        case 1044, 1142, 1143, 1227, 1370:
            return "user '\(user)' lacks rights on database '\(database)' at \(configuration.address): GRANT SELECT, "
                + "INSERT, UPDATE, DELETE ON `\(database)`.* TO '\(user)' (and CREATE, ALTER for 'frond schema apply')"
        case 1049:
            return "there is no database '\(database)' at \(configuration.address): CREATE DATABASE `\(database)`, or "
                + "name another"
        case 1130:
            return "the server at \(configuration.address) lets nobody in from this host: give user '\(user)' the "
                + "right to come from here"
        case 1290, 1792, 1836:
            return "the server at \(configuration.address) is read-only: name the primary and not a replica, or let it "
                + "be written to with SET GLOBAL read_only = 0"
        case 1129:
            return "the server at \(configuration.address) blocks this host after many failed connections: run FLUSH "
                + "HOSTS there"
        case 1040, 1203, 1226:
            return "the server at \(configuration.address) has no connection left: raise its max_connections, or lower "
                + "?pool= of the URL"
        case 2026:
            return "no encrypted connection to \(configuration.address): \(failure.message): set up TLS on the server, "
                + "or correct tls= and ca= of the URL"
        case 2059, 2061:
            return "user '\(user)' cannot prove who it is at \(configuration.address) (\(failure.message)): use "
                + "tls=verify, or another authentication plugin for the user"
        default:
            return nil
        }
    }

    /// What is not in the database as it must be.
    private static func schemaFault(_ failure: MySQLFailure, _ configuration: MySQLConfiguration) -> String? {
        let cure = "run 'frond schema apply --store \(configuration)' with its password"
        switch failure.code {
        case 1146, 1054:
            return "database \(configuration) lacks what Frond needs (\(failure.message)): \(cure)"
        case 1264, 1406, 1366, 1364:
            return "a table of database \(configuration) is not as Frond needs it (\(failure.message)): \(cure)"
        case 1021, 1114, 28:
            return "the server at \(configuration.address) cannot write, its disk or table is full: make room there"
        default:
            return nil
        }
    }

    /// What goes by itself, or with the network.
    private static func passingTrouble(_ failure: MySQLFailure, _ configuration: MySQLConfiguration) -> String? {
        switch failure.code {
        case 2005:
            return "there is no host '\(configuration.host)': correct the host of the URL, or the names of the network"
        case _ where failure.isConnecting && failure.breaksConnection:
            return "no connection to \(configuration.address) (\(failure.message)): start the server, or correct host "
                + "and port of the URL"
        case 1205:
            return "a row of database \(configuration) is locked by somebody else: end the transaction that holds it "
                + "(SHOW PROCESSLIST)"
        case 1213:
            return "database \(configuration) undid a change because of another at the same time"
        case 1969, 3024, 1317:
            return "the server at \(configuration.address) gave a statement up because it took too long or was told to"
        case 1927, 4031, 1053:
            return "the server at \(configuration.address) ended the connection (\(failure.message))"
        case _ where failure.isTimeout:
            return "the server at \(configuration.address) does not answer within \(configuration.replyTimeout)"
        case _ where failure.breaksConnection:
            return "the connection to \(configuration.address) broke (\(failure.message))"
        default:
            return nil
        }
    }
}
