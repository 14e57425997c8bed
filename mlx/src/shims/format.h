// Force-included into every mlx-c source.
// mlx-c calls std::format, with nothing but `{}` placeholders; the standard library of gcc 12 does not have it yet.
#pragma once
#include <version>
#ifdef __cpp_lib_format
#include <format>
#else
#include <sstream>
#include <string>
#include <string_view>

namespace std {
template <typename... Args>
string format(string_view pattern, const Args&... args) {
  ostringstream text;
  auto put_next = [&](const auto& arg) {
    auto hole = pattern.find("{}");
    text << pattern.substr(0, hole);
    if (hole == string_view::npos) {
      pattern = {};
      return;
    }
    text << arg;
    pattern.remove_prefix(hole + 2);
  };
  (put_next(args), ...);
  text << pattern;
  return text.str();
}
} // namespace std
#endif
