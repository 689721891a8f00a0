#include <gan_train/core/version.hpp>
#include <gan_train/losses/loss.hpp>
#include <iostream>

int main() {
  std::cout << "gan_train " << gan::kVersion << " with " << gan::losses().size() << " losses\n";
  return gan::losses().empty() ? 1 : 0;
}
