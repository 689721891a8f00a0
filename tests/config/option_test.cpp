#include <gtest/gtest.h>
#include <set>

#include "helpers.hpp"

namespace gan {
namespace {

// Sets one option of a default config; returns set_value's answer.
std::string set(std::string_view key, std::string_view text) {
  Config config;
  return set_value(find_option(option_table(config), key), text);
}

std::string after(std::string_view key, std::string_view text) {
  Config config;
  const auto table = option_table(config);
  const auto& option = find_option(table, key);
  const auto problem = set_value(option, text);
  return problem.empty() ? value_text(option) : problem;
}

struct Address {
  const void* operator()(const ChoiceField& choice) const { return choice.field; }
  const void* operator()(const auto* field) const { return field; }
};

TEST(SetValue, PathsMayBeginAtHome) {
  setenv("HOME", "/home/me", 1);
  EXPECT_EQ(after("output.dir", "~/runs/one"), "/home/me/runs/one");
  EXPECT_EQ(after("data.path", "~"), "/home/me");
  EXPECT_EQ(after("data.path", "a/~/b"), "a/~/b");
  EXPECT_NE(after("output.dir", "$HOME/runs").find("write ~/"), std::string::npos);
  EXPECT_NE(after("output.dir", "${HOME}").find("write ~/"), std::string::npos);
}

TEST(SetValue, SaysWhichFormatMnistHas) {
  EXPECT_NE(set("data.dataset", "mnist").find("did you mean idx"), std::string::npos);
}

TEST(SetValue, SizesAreASideOrWidthTimesHeight) {
  EXPECT_EQ(after("data.image_size", "64"), "64");
  EXPECT_EQ(after("data.image_size", "64x96"), "64x96");
  EXPECT_EQ(after("data.image_size", " 64 X 64 "), "64");
  EXPECT_EQ(set("data.image_size", "64x"),
            "an empty value is not an integer; allowed: 0 to 1024, or WIDTHxHEIGHT");
  EXPECT_EQ(set("data.image_size", "64x2000"),
            "'2000' is out of range; allowed: 0 to 1024, or WIDTHxHEIGHT");
  EXPECT_EQ(set("data.image_size", "0x64"),
            "'0x64' gives only one side; write both, as in 64x96, or 0");
  Config config;
  config.data.image_size = {64, 96};
  const auto table = option_table(config);
  const Option& option = find_option(table, "data.image_size");
  EXPECT_EQ(set_value(option, "32x48"), "");
  EXPECT_EQ(config.data.image_size, (ImageSize{32, 48}));
}

TEST(OptionTable, NamesEveryKnobOnceAndExplainsIt) {
  Config config;
  std::set<std::string> keys;
  std::set<std::string> flags;
  std::set<const void*> fields;
  for (const auto& option : option_table(config)) {
    SCOPED_TRACE(option.key);
    EXPECT_TRUE(keys.insert(option.key).second);
    EXPECT_TRUE(flags.insert(option.key).second);
    EXPECT_TRUE(option.alias.empty() || flags.insert(option.alias).second);
    EXPECT_TRUE(fields.insert(std::visit(Address(), option.field)).second);
    EXPECT_TRUE(option.help.ends_with('.'));
    EXPECT_EQ(std::count(option.key.begin(), option.key.end(), '.'), 1);
  }
  // Number of fields in config.hpp: a new field needs a row in the table.
  EXPECT_EQ(keys.size(), (12 + 4) + (16 + 5) + (3 + 5 + 1) + (5 + 4) + (15 + 3) + 7 + 5 + 14);
}

TEST(OptionTable, ShortFlagsAreTheOnesUsersType) {
  Config config;
  Strings aliases;
  for (const auto& option : option_table(config)) {
    if (!option.alias.empty()) aliases.push_back(option.alias + "=" + option.key);
  }
  EXPECT_EQ(aliases,
            (Strings{"data=data.path", "lr=optim.lr", "epochs=train.epochs",
                     "batch-size=train.batch_size", "seed=train.seed", "device=train.device",
                     "threads=train.threads", "out=output.dir", "keep-last=output.keep_last",
                     "save-state=output.save_state", "save-state-steps=output.save_state_steps"}));
}

// The keys for which `may` is true.
template <typename May>
Strings keys_where(May may) {
  Config config;
  Strings keys;
  for (const auto& option : option_table(config)) {
    if (may(option)) keys.push_back(option.key);
  }
  return keys;
}

TEST(OptionTable, AResumedRunMayChangeHowItRunsAndWhatItShows) {
  Config config;
  const auto of = [&](std::string_view section) {
    return keys_where([&](const Option& option) {
      return option.key.starts_with(section) && may_change_at_resume(option, config);
    });
  };
  EXPECT_EQ(of("data."), (Strings{"data.path", "data.labels", "data.in_memory", "data.max_mib"}));
  EXPECT_EQ(of("model."), Strings());
  EXPECT_EQ(of("loss."), Strings());
  EXPECT_EQ(of("optim."), Strings());
  EXPECT_EQ(of("augment."), Strings());
  EXPECT_EQ(of("train."),
            (Strings{"train.epochs", "train.device", "train.threads", "train.cuda_graph",
                     "train.on_nan", "train.stop_on_collapse", "train.keep_best"}));
  EXPECT_EQ(of("eval."), (Strings{"eval.every", "eval.samples"}));
  EXPECT_EQ(of("output.").size(), 13U);
  EXPECT_FALSE(may_change_at_resume(find_option(option_table(config), "output.dir"), config));

  // A schedule that falls until the end of the run fixes that end.
  config.optim.schedule = Schedule::kLinear;
  EXPECT_FALSE(may_change_at_resume(find_option(option_table(config), "train.epochs"), config));
  config.optim.schedule = Schedule::kConstant;
  config.train.instance_noise = 0.1;
  EXPECT_FALSE(may_change_at_resume(find_option(option_table(config), "train.epochs"), config));
}

TEST(OptionTable, ASearchMayVaryTheModelAndItsTraining) {
  const auto fixed = keys_where([](const Option& option) {
    return !may_be_searched(option) && !option.key.starts_with("data.") &&
           !option.key.starts_with("eval.") && !option.key.starts_with("output.");
  });
  EXPECT_EQ(fixed, (Strings{"model.generator_widths", "model.discriminator_widths", "train.epochs",
                            "train.steps_per_epoch", "train.seed", "train.device", "train.threads",
                            "train.precision", "train.cuda_graph", "train.deterministic",
                            "train.on_nan", "train.stop_on_collapse", "train.keep_best"}));
  const auto searched = keys_where([](const Option& option) { return may_be_searched(option); });
  for (const auto& key : searched) {
    EXPECT_FALSE(key.starts_with("data.") || key.starts_with("eval.") || key.starts_with("output."))
        << key;
  }
}

TEST(OptionTable, HasNoEffectWithValuesThatThereAre) {
  Config config;
  const auto table = option_table(config);
  for (const auto& option : table) {
    for (const auto& value : option.ignored_with.values) {
      EXPECT_EQ(set_value(find_option(table, option.ignored_with.key), value), "") << option.key;
    }
  }
}

TEST(OptionTable, DefaultsAreAllowedAndFitTogether) {
  Config config;
  for (const auto& option : option_table(config)) {
    EXPECT_EQ(set_value(option, value_text(option)), "") << option.key;
  }
  EXPECT_NO_THROW(check_config(config));
}

TEST(OptionTable, TypesAndRangesAreWritten) {
  Config config;
  const auto table = option_table(config);
  const auto text = [&](std::string_view key) {
    const auto& option = find_option(table, key);
    return type_name(option) + ": " + range_text(option);
  };
  EXPECT_EQ(text("optim.lr"), "number: > 0 and at most 10");
  EXPECT_EQ(text("optim.beta1"), "number: at least 0 and < 1");
  EXPECT_EQ(text("train.batch_size"), "integer: 1 to 1048576");
  EXPECT_EQ(text("train.seed"), "integer: 0 to 9007199254740991");
  EXPECT_EQ(text("train.reuse_fake"), "boolean: true or false");
  EXPECT_EQ(text("data.range"), "text: one of symmetric, unit");
  EXPECT_EQ(text("data.path"), "text: ");
  EXPECT_EQ(text("data.channels"), "integer: one of 0, 1, 3");
  EXPECT_EQ(text("model.generator_widths"), "list of integers: 1 to 65536");
  EXPECT_EQ(text("loss.real_label"), "number or range: -10 to 10");
}

TEST(SetValue, ReadsNumbersAtTheirBounds) {
  EXPECT_EQ(after("optim.lr", "0.0001"), "1.0e-04");
  EXPECT_EQ(after("optim.lr", " 10 "), "10");
  EXPECT_EQ(after("optim.beta1", "0"), "0");
  EXPECT_EQ(after("train.batch_size", "1"), "1");
  EXPECT_EQ(after("train.seed", "9007199254740991"), "9007199254740991");
}

TEST(SetValue, RefusesWrongNumbers) {
  EXPECT_EQ(set("optim.lr", "abc"), "'abc' is not a number; allowed: > 0 and at most 10");
  EXPECT_EQ(set("optim.lr", "0"), "'0' is out of range; allowed: > 0 and at most 10");
  EXPECT_EQ(set("optim.lr", "10.1"), "'10.1' is out of range; allowed: > 0 and at most 10");
  EXPECT_EQ(set("optim.beta1", "1"), "'1' is out of range; allowed: at least 0 and < 1");
  for (const auto* text : {"nan", "NaN", "inf", "-inf", "1e999", "0x1p3", "1e-4x", "1,5x"}) {
    EXPECT_EQ(set("optim.lr", text),
              str("'", text, "' is not a number; allowed: > 0 and at most 10"));
  }
  EXPECT_EQ(set("optim.lr", "1,5"), "'1,5' is not a number; did you mean 1.5?");
  EXPECT_EQ(set("optim.lr", ""), "an empty value is not a number; allowed: > 0 and at most 10");
  for (const auto* text : {"1.5", "1e2", "99999999999999999999", "12 34"}) {
    EXPECT_EQ(set("train.epochs", text),
              str("'", text, "' is not an integer; allowed: 1 to 1000000000"));
  }
  EXPECT_EQ(set("train.epochs", "-3"), "'-3' is out of range; allowed: 1 to 1000000000");
  EXPECT_EQ(set("train.seed", "9007199254740992"),
            "'9007199254740992' is out of range; allowed: 0 to 9007199254740991");
}

TEST(SetValue, ReadsBooleans) {
  for (const auto* text : {"true", "True", "YES", "on", "1"}) {
    EXPECT_EQ(after("train.reuse_fake", text), "true");
  }
  for (const auto* text : {"false", "no", "Off", "0"}) {
    EXPECT_EQ(after("model.bias", text), "false");
  }
  EXPECT_EQ(set("model.bias", "maybe"),
            "'maybe' is neither true nor false; allowed: true or false");
}

TEST(SetValue, ReadsChoicesAndSuggests) {
  EXPECT_EQ(after("data.range", "unit"), "unit");
  EXPECT_EQ(
      set("train.discriminator_update", "sumed"),
      "'sumed' is not known; allowed: one of joint, summed, separate; did you mean 'summed'?");
  EXPECT_EQ(set("data.range", "[0,1]"), "'[0,1]' is not known; allowed: one of symmetric, unit");
  EXPECT_EQ(set("data.channels", "2"), "'2' is not known; allowed: one of 0, 1, 3");
}

TEST(SetValue, ReadsWidths) {
  EXPECT_EQ(after("model.generator_widths", "256, 512"), "256, 512");
  EXPECT_EQ(after("model.generator_widths", " 7 "), "7");
  EXPECT_EQ(after("model.generator_widths", ""), "auto");
  EXPECT_EQ(after("model.generator_widths", " auto "), "auto");
  EXPECT_EQ(set("model.generator_widths", "256,,512"),
            "an empty value is not an integer; allowed: 1 to 65536");
  EXPECT_EQ(set("model.generator_widths", "256, 0"), "'0' is out of range; allowed: 1 to 65536");
  std::string many = "1";
  for (int i = 0; i < 32; ++i) many += ",1";
  EXPECT_EQ(set("model.generator_widths", many), "has 33 numbers; at most 32 are allowed");
}

TEST(SetValue, ReadsLabels) {
  EXPECT_EQ(after("loss.real_label", "0.9"), "0.9");
  EXPECT_EQ(after("loss.real_label", "0.8:1.0"), "0.8:1");
  EXPECT_EQ(after("loss.real_label", "0.8 : 1"), "0.8:1");
  EXPECT_EQ(after("loss.real_label", "0.8:0.8"), "0.8");
  EXPECT_EQ(set("loss.real_label", "1:0.8"), "'1:0.8' goes from high to low; write 0.8:1");
  EXPECT_EQ(set("loss.real_label", "11"), "'11' is out of range; allowed: -10 to 10");
  EXPECT_EQ(set("loss.real_label", "0.8:"), "an empty value is not a number; allowed: -10 to 10");
  EXPECT_EQ(set("loss.real_label", "0:0.5:1"), "'0.5:1' is not a number; allowed: -10 to 10");
}

TEST(SetValue, TakesTextAsItIsButOnlyText) {
  EXPECT_EQ(after("data.path", " a b "), " a b ");
  EXPECT_EQ(after("data.path", "/数据/é"), "/数据/é");
  EXPECT_EQ(set("data.path", "caf\xe9"), "'caf?' is not text in UTF-8");
  // Half of a UTF-16 pair, overlong, beyond Unicode, incomplete, without a first byte.
  for (const auto* text : {"\xed\xa0\x80", "\xc0\x80", "\xf4\x90\x80\x80", "\xe2\x82", "\x80"}) {
    EXPECT_TRUE(set("data.path", text).ends_with("?' is not text in UTF-8"));
  }
  EXPECT_EQ(set("data.path", std::string_view("a\0b", 3)), "'a?b' holds a NUL character");
}

TEST(SetValue, LeavesTheFieldAloneOnAMistake) {
  Config config;
  for (const auto& option : option_table(config)) {
    const auto before = value_text(option);
    ASSERT_NE(set_value(option, std::string_view("\0", 1)), "") << option.key;
    EXPECT_EQ(value_text(option), before) << option.key;
  }
}

TEST(SetValue, ShowsOnlyTheStartOfALongValueAndNoControlCharacters) {
  const auto problem = set("optim.lr", "\x1b[2J" + std::string(100000, 'x'));
  EXPECT_EQ(problem,
            "'?[2J" + std::string(56, 'x') + "…' is not a number; allowed: > 0 and at most 10");
  // Never cut within a character.
  EXPECT_NE(set("optim.lr", "é" + std::string(56, 'x') + "éé").find("xé…'"), std::string::npos);
  EXPECT_NE(set("optim.lr", std::string(59, 'x') + "é").find("xx…'"), std::string::npos);
}

}  // namespace
}  // namespace gan
