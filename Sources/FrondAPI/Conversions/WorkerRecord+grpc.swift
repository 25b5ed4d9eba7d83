import Foundation
package import Frond

extension Frond_V1_WorkerHolder {
    package init(_ holder: WorkerHolder) {
        self.init()
        host = holder.host
        processID = holder.processID
        startedAtMilliseconds = holder.startedAtMilliseconds
        address = holder.address
        grpcAddress = holder.grpcAddress
        version = holder.version
    }
}

extension WorkerHolder {
    package init(_ holder: Frond_V1_WorkerHolder) {
        self.init(
            host: holder.host, processID: holder.processID, startedAtMilliseconds: holder.startedAtMilliseconds,
            address: holder.address, grpcAddress: holder.grpcAddress, version: holder.version)
    }
}

extension Frond_V1_WorkerRecord {
    /// The record without its secret, as lists show it.
    package init(_ record: WorkerRecord) {
        self.init()
        workerID = record.workerID
        if let holder = record.holder { self.holder = Frond_V1_WorkerHolder(holder) }
        isReleased = record.isReleased
        floorMilliseconds = record.floorMilliseconds
        horizonMilliseconds = record.horizonMilliseconds
        token = record.token
        updatedAtMilliseconds = record.updatedAtMilliseconds
    }

    /// The record with its secret, for the holder alone.
    package init(_ lease: WorkerLease) {
        self.init(lease.record)
        secret = Data(lease.secret?.bytes ?? [])
    }
}

extension WorkerRecord {
    package init(_ record: Frond_V1_WorkerRecord) {
        self.init(
            workerID: record.workerID, holder: record.hasHolder ? WorkerHolder(record.holder) : nil,
            isReleased: record.isReleased, floorMilliseconds: record.floorMilliseconds,
            horizonMilliseconds: record.horizonMilliseconds, token: record.token,
            updatedAtMilliseconds: record.updatedAtMilliseconds, secret: WorkerSecret(bytes: record.secret))
    }
}

extension Frond_V1_AcquireWorkerRequest {
    package init(_ request: WorkerRequest) {
        self.init()
        holder = Frond_V1_WorkerHolder(request.holder)
        firstWorkerID = request.workerIDs.lowerBound
        endWorkerID = request.workerIDs.upperBound
        nowMilliseconds = request.nowMilliseconds
        lengthMilliseconds = request.length.wholeMilliseconds
    }
}
