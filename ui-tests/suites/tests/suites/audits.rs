//! What an audit says of rows that excuse too much.

use crate::common::suite;

#[test]
fn an_audit_says_what_each_row_excuses_besides() {
    let output = suite("audits").args(&["--run-excluded"]).run();
    output.exits(101).says("audit of the exclusions: 2 needed, 1 to delete, 2 to bound\n");
    for line in [
        // Without bounds; an eighth of 2 is 2^-3 times 2^52 units.
        "+ xfail spring weighs, case(\"*2\", \"*4\"): the second weight is too heavy .ulps(5.62e14..=5.63e14).share(0.25..=0.5)\n",
        "+ wrong brass weighs_again: brass wears off .ulps(5.62e14..=5.63e14).share(0.333..=0.5)\n",
        // Beside it, what another row excuses for another reason.
        "    its reason does not separate: beside it, 1 cell fails alike: weighs::count_8::spring (row at ui-tests",
        "    wide: .ulps(0.0..=1e17) is far beyond what this run saw: .ulps(5.62e14..=5.63e14)\n",
        "@@ stale, delete it: is_level::grams_1::spring, in which it was seen, passes without it; 3 cells fail by something else\n",
        "    fails in 2 ways, of which some may be other faults:\n      2 cells by a panic: # grams are not level (is_level::grams_5::spring)\n      \
         1 cell by a panic: the spring is torn (is_level::grams_7::spring)\n",
    ] {
        output.says(line);
    }
    let ways = output.stdout.matches("    fails in ").count();
    assert_eq!(ways, 1, "{output}");
}

/// Without an audit, each row does what it did.
#[test]
fn a_run_with_the_matrix_says_nothing_of_it() {
    let output = suite("audits").run();
    assert!(!output.stdout.contains("audit of") && !output.stdout.contains("bound it"), "{output}");
}
