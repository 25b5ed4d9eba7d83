enum FrondServerPlaceholder {}
