/// Rows of values and the parameters they are for.
struct Binding: Sendable {
  let parameters: StatementParameters
  let rows: ParameterRows
}
