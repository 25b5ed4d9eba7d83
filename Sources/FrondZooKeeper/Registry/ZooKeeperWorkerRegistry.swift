public import Frond
public import Logging

/// Worker IDs in ZooKeeper: one persistent node each, changed by compare-and-swap on the node's version.
///
/// No node goes with a session and none is watched: a worker ID is held until its horizon and not beyond, whatever
/// becomes of sessions. ZooKeeper must be initialised for it once, see ``Frond/RegistryOrigin``.
public typealias ZooKeeperWorkerRegistry = StoredWorkerRegistry<ZooKeeperWorkerStore>

extension StoredWorkerRegistry where Store == ZooKeeperWorkerStore {
    /// The registry at an address. Connects with the first call, and again whenever it must; closed when nothing uses
    /// it.
    /// - Parameter logger: gets lines at debug level, those of the client library among them; silent by default. The
    ///   library has one place for the lines of a whole process: the last logger passed gets them.
    /// - Throws: `invalidArgument` where the configuration is wrong.
    public init(_ configuration: ZooKeeperConfiguration, logger: Logger? = nil) throws(FrondError) {
        self.init(try ZooKeeperWorkerStore(configuration, logger: logger))
    }
}
