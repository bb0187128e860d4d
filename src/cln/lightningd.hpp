// Typed calls to lightningd's RPC socket. Replies arrive decoded. An undecodable reply is logged here and becomes an
// error, so that no caller handles raw JSON. Makes no decisions.
#pragma once

#include "cln/config.hpp"
#include "cln/replies.hpp"
#include "cln/row.hpp"
#include "cln/row_slices.hpp"
#include "io/timer.hpp"
#include "json/parser.hpp"
#include "rpc/client.hpp"

#include <list>

namespace cln {

class Lightningd final {
  public:
    /// Not called if the connection is lost (see rpc::Client); `Lost` is called instead where a method takes one.
    template <class T>
    using Answer = std::function<void(const tl::expected<T, rpc::Error>&)>;
    using Lost = rpc::Client::Lost;
    struct Listing {
        std::vector<payments::Row> rows;
        std::size_t size = 0; ///< rows in the answer, unreadable ones included: shows whether a page is full
    };
    using ListAnswer = Answer<Listing>;

    Lightningd(rpc::Client& client, base::Log log) : client_(client), log_(std::move(log)) {}

    [[nodiscard]] bool up() const { return client_.up(); }
    /// See rpc::Client.
    [[nodiscard]] bool awaits(std::string_view id) const { return client_.awaits(id); }
    void getinfo(Answer<NodeInfo> answer);
    void listconfigs(Answer<PluginConfig> answer, Lost lost = nullptr);
    /// Answers when the counter reaches `next`; at once for 0.
    void wait(Index index, std::uint64_t next, Answer<WaitReply> answer, Lost lost = nullptr);
    /// Passes every raw answer of listsendpays to `show`, in slices of some rows, before the rows are processed.
    void show_listings(std::function<void(std::string_view)> show) { show_listing_ = std::move(show); }
    /// All rows of the hash.
    void list(const base::PaymentHash& hash, ListAnswer answer, Lost lost = nullptr);
    /// At most `limit` rows from index `start` on, in the order of that index.
    void list_page(Index index, std::uint64_t start, std::size_t limit, ListAnswer answer, Lost lost = nullptr);
    /// At most `limit` pending rows from created index `start` on.
    void list_pending_page(std::uint64_t start, std::size_t limit, ListAnswer answer);
    /// All pending rows at once, for lightningd before v23.11, which has no paging.
    void list_all_pending(ListAnswer answer);
    /// The groups of the hash as payers report them. On v26.06 and later, `failed` means that the payer gave up.
    void listpays(const base::PaymentHash& hash, Answer<std::vector<Pay>> answer);
    /// True while renepay still tries to pay that BOLT 11 invoice.
    void renepaystatus(const std::string& invoice, Answer<bool> answer);
    /// Why a part failed, if its failure was not seen live. Never call it for a pending part: it would wait.
    void waitsendpay(const payments::PaymentKey& key, base::PartId partid, Answer<payments::Failure> answer);
    /// `decode` of an invoice that bolt::read_invoice() cannot read.
    void decode_invoice(const std::string& invoice, Answer<bolt::Invoice> answer, Lost lost = nullptr);
    /// `params` as given by the caller. The raw result is valid during the callback.
    void delpay(std::string_view params, rpc::Client::Callback answer, Lost lost);

  private:
    /// An answer of at most this many bytes has few enough rows for one turn of the loop: a row takes at least 170
    /// bytes.
    static constexpr std::size_t surely_short = 16UL * 1024;
    struct LongAnswer {
        LongAnswer(rpc::Client& client, std::string_view result, ListAnswer to, Lost in_place_of_it)
            : slices(result),
              answer(std::move(to)),
              lost(std::move(in_place_of_it)),
              connection(client.connections()),
              next_turn(client.loop()) {}
        RowSlices slices;
        Listing listing;
        ListAnswer answer;
        Lost lost;
        std::uint64_t connection; ///< the connection on which it came
        io::Timer next_turn;
    };

    tl::expected<Listing, rpc::Error> rows_of(std::string_view result);
    void take_slice(std::list<LongAnswer>::iterator at);
    void list_with(std::string_view params, ListAnswer answer, Lost lost = nullptr);
    /// The Decoded<T> of `decode` becomes the answer.
    template <class T>
    void call(std::string_view method, std::string_view params, Decoded<T> (*decode)(Value), Answer<T> answer,
              Lost&& lost = nullptr);
    rpc::Error undecodable(std::string_view method, const DecodeError& error);

    rpc::Client& client_;
    base::Log log_;
    std::function<void(std::string_view)> show_listing_; // usually empty
    json::Parser document_;                              // for the current answer
    std::list<LongAnswer> long_answers_;                 // being processed in slices
};

} // namespace cln
