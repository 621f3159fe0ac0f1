/// Why a lake can't be attached.
package struct LakeError: Error, CustomStringConvertible {
  package let description: String
}
