import Frond
import GRDB

extension WorkerRecord {
    /// The values of the statements' named parameters.
    var arguments: [String: (any DatabaseValueConvertible)?] {
        [
            "worker_id": workerID, "token": token, "is_released": isReleased ? 1 : 0, "floor": floorMilliseconds,
            "horizon": horizonMilliseconds, "host": holder?.host, "process_id": holder?.processID ?? 0,
            "started_at": holder?.startedAtMilliseconds ?? 0, "address": holder?.address ?? "",
            "grpc_address": holder?.grpcAddress ?? "", "version": holder?.version ?? "",
            "updated_at": updatedAtMilliseconds, "layout": layout?.text ?? "",
            "secret": secret?.text ?? "",
        ]
    }
}
