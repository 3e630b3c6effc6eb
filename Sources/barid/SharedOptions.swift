import ArgumentParser
import BaridServer
import Glibc
import Phrases

/// Shown by every command; `Speech` has taken it from the words before the parser sees them, so that help is in the right language too.
struct LanguageOption: ParsableArguments {
  @Option(help: ArgumentHelp(Speech.say(.helpOptionLanguage), valueName: "en|ar"))
  var language: String?
}

/// Where the configuration is; commands that look into the data folder need it.
struct ConfigOption: ParsableArguments {
  @Option(help: ArgumentHelp(Speech.say(.helpOptionConfig), valueName: "file"))
  var config: String?

  @OptionGroup var speech: LanguageOption

  /// The file: `--config`, else BARID_CONFIG, else the usual place.
  var file: ConfigurationFile {
    let named = config ?? getenv("BARID_CONFIG").map { String(cString: $0) }
    return ConfigurationFile(path: named)
  }

  /// The settings, or every mistake on standard error and exit status 1. `toStart`: a server was to be started with them.
  func settings(toStart: Bool = false) throws -> ServerSettings {
    do throws(ConfigurationMistakes) {
      return try file.read()
    } catch {
      let count = Speech.say(.configMistakes(error.all.count))
      throw Terminal.fail(
        error.text(in: Speech.language) + "\n" + count + (toStart ? " " + Speech.say(.configNothingStarted) : ""))
    }
  }
}
