enum SASLPlaceholder {}
