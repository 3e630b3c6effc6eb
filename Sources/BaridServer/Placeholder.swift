enum BaridServerPlaceholder {}
