enum FrondSQLitePlaceholder {}
