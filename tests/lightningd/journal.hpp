// The state kept after the process ends (`--db`): one JSON line for each change, written before it is published. A
// killed stand-in starts again with its rows, counters and invoices; pending parts stay pending until `release`.
#pragma once

#include "ledger.hpp"

#include <string>

namespace standin {

struct Node;
struct Invoice;
class Runes;

class Journal final {
  public:
    Journal() = default;
    ~Journal();
    Journal(const Journal&) = delete;
    Journal& operator=(const Journal&) = delete;

    /// Reads the file into the node, then appends to it. Returns the reason when that fails.
    [[nodiscard]] std::string open(Node& node, const std::string& path);

    void created(const Row& row);
    void resolved(const Row& row);
    /// `counts` as in Ledger::remove.
    void removed(const Row& row, bool counts);
    void invoice(const Invoice& invoice);
    void runes(const Runes& runes);

  private:
    void write(std::string line);
    int fd_ = -1;
};

} // namespace standin
