// Typed calls to lightningd over its RPC socket. Replies arrive decoded; what does not decode is logged here and comes
// back as an error, so that nobody above handles raw JSON. Takes no decisions.
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
    /// Never called when the connection is lost; see rpc::Client. Where a method takes a `Lost`, that is called then.
    template <class T>
    using Answer = std::function<void(const tl::expected<T, rpc::Error>&)>;
    using Lost = rpc::Client::Lost;
    struct Listing {
        std::vector<payments::Row> rows;
        std::size_t size = 0; ///< rows in the answer, with those that could not be read: a page is full at its limit
    };
    using ListAnswer = Answer<Listing>;

    Lightningd(rpc::Client& client, base::Log log) : client_(client), log_(std::move(log)) {}

    [[nodiscard]] bool up() const { return client_.up(); }
    /// See rpc::Client.
    [[nodiscard]] bool awaits(std::string_view id) const { return client_.awaits(id); }
    void getinfo(Answer<NodeInfo> answer);
    void listconfigs(Answer<PluginConfig> answer, Lost lost = nullptr);
    /// Answers when the counter has reached `next`; 0 answers at once.
    void wait(Index index, std::uint64_t next, Answer<WaitReply> answer, Lost lost = nullptr);
    /// Also shows every answer of listsendpays, raw, in slices of some rows, before its rows are taken in.
    void show_listings(std::function<void(std::string_view)> show) { show_listing_ = std::move(show); }
    /// Every row of the hash.
    void list(const base::PaymentHash& hash, ListAnswer answer, Lost lost = nullptr);
    /// Rows from index `start` on, at most `limit`, in the order of that index.
    void list_page(Index index, std::uint64_t start, std::size_t limit, ListAnswer answer, Lost lost = nullptr);
    /// Pending rows from created index `start` on, at most `limit`.
    void list_pending_page(std::uint64_t start, std::size_t limit, ListAnswer answer);
    /// All pending rows at once, for lightningd before v23.11, which has no pages.
    void list_all_pending(ListAnswer answer);
    /// The groups of the hash as payers see them. On v26.06 and later a failed one has been given up.
    void listpays(const base::PaymentHash& hash, Answer<std::vector<Pay>> answer);
    /// Whether renepay still tries to pay that BOLT 11 invoice.
    void renepaystatus(const std::string& invoice, Answer<bool> answer);
    /// Why a part failed whose failure was not seen. Never for a pending one: that would wait.
    void waitsendpay(const payments::PaymentKey& key, base::PartId partid, Answer<payments::Failure> answer);
    void decode_invoice(const std::string& invoice, Answer<Invoice> answer, Lost lost = nullptr);
    /// `params` as the caller gave them; the raw result is valid during the callback.
    void delpay(std::string_view params, rpc::Client::Callback answer, Lost lost);

  private:
    /// Below it no answer has more rows than a turn may take in: none is written in less than 170 bytes.
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
        std::uint64_t connection; ///< on which it came
        io::Timer next_turn;
    };

    tl::expected<Listing, rpc::Error> rows_of(std::string_view result);
    void take_slice(std::list<LongAnswer>::iterator at);
    void list_with(std::string_view params, ListAnswer answer, Lost lost = nullptr);
    /// `decode`: its Decoded<T> becomes the answer.
    template <class T>
    void call(std::string_view method, std::string_view params, Decoded<T> (*decode)(Value), Answer<T> answer,
              Lost lost = nullptr);
    rpc::Error undecodable(std::string_view method, const DecodeError& error);

    rpc::Client& client_;
    base::Log log_;
    std::function<void(std::string_view)> show_listing_; // mostly none
    json::Parser document_;                              // of the answer at hand
    std::list<LongAnswer> long_answers_;                 // being taken in
};

} // namespace cln
