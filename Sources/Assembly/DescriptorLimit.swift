import Glibc

/// How many files and connections this process may have open.
enum DescriptorLimit {
  /// Raises it to what the system allows, for a process that serves or stands for many.
  static func raise() {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
    // Beyond this no exchange goes, and some libraries clear a table of that size for each child.
    limit.rlim_cur = min(limit.rlim_max, 16_384)
    setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
  }
}
