/// The version of this package, printed by `frond --version` and written into the records of worker IDs.
package enum FrondVersion {
    package static let current = "0.1.0"
}
