enum FrondTestingPlaceholder {}
