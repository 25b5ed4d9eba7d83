enum FrondBenchPlaceholder {}
