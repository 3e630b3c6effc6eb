/// Placeholder of the first commit.
package enum SQL {}
