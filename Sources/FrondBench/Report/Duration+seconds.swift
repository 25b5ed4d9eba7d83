extension Duration {
    /// The length in seconds.
    package var seconds: Double { self / .seconds(1) }
}
