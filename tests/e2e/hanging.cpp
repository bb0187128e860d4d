// The plugin, but its loop hangs as soon as there is a file `hang` in its working directory, and then creates a file
// `hanging`: for the watchdog's test, with a limit of five seconds.
#include "host/start.hpp"
#include "io/timer.hpp"
#include "plugin/trackpayments/tracker.hpp"

#include <filesystem>
#include <fstream>
#include <thread>

namespace {

class Trap final {
  public:
    explicit Trap(io::Loop& loop) : timer_(loop) { look_soon(); }

  private:
    void look_soon() {
        timer_.start(std::chrono::milliseconds(10), [this] {
            while (std::filesystem::exists("hang")) {
                std::ofstream("hanging").flush();
                std::this_thread::sleep_for(std::chrono::milliseconds(10));
            }
            look_soon();
        });
    }
    io::Timer timer_;
};

} // namespace

int main() {
    io::Loop loop;
    const Trap trap(loop);
    return host::serve(loop, {"trackpayments", "", "", trackpayments::run}, host::read_parent(),
                       std::chrono::seconds(5));
}
