internal import Foundation

/// The time of day of log lines: UTC with milliseconds, as RFC 3339 writes it.
enum LogTime {
  static var now: String {
    let milliseconds = Int(Date.now.timeIntervalSince1970 * 1_000)
    return Self.text(seconds: milliseconds / 1_000, milliseconds: milliseconds % 1_000)
  }

  /// - Parameter seconds: Since the beginning of 1970.
  static func text(seconds: Int, milliseconds: Int) -> String {
    let secondOfDay = seconds % 86_400
    let (year, month, day) = Self.date(daysSince1970: seconds / 86_400)
    return String(unsafeUninitializedCapacity: 24) { bytes in
      var end = 0
      func put(_ value: Int, digits: Int, then separator: Unicode.Scalar) {
        var rest = value
        for index in stride(from: end + digits - 1, through: end, by: -1) {
          bytes[index] = UInt8(ascii: "0") + UInt8(rest % 10)
          rest /= 10
        }
        bytes[end + digits] = UInt8(ascii: separator)
        end += digits + 1
      }
      put(year, digits: 4, then: "-")
      put(month, digits: 2, then: "-")
      put(day, digits: 2, then: "T")
      put(secondOfDay / 3_600, digits: 2, then: ":")
      put(secondOfDay / 60 % 60, digits: 2, then: ":")
      put(secondOfDay % 60, digits: 2, then: ".")
      put(milliseconds, digits: 3, then: "Z")
      return end
    }
  }

  /// The day of the Gregorian calendar, whose years begin in March here: then the leap day is the
  /// last one, and a month's first day is a linear function of its number.
  private static func date(daysSince1970 days: Int) -> (year: Int, month: Int, day: Int) {
    let shifted = days + 719_468
    let era = shifted / 146_097
    let dayOfEra = shifted % 146_097
    let yearOfEra =
      (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
    let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
  }
}
