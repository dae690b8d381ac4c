//! One variant alone, in this process: for a profiler to look at. Nothing is judged.

use crate::args::Options;
use crate::format::seconds;
use crate::worker::AnyGroup;

/// Calls the variant of the chosen groups that has this name, at the largest size.
pub(crate) fn call(
    groups: &mut [AnyGroup],
    chosen: &[String],
    name: &str,
    options: &Options,
) -> Result<String, String> {
    let mut found = Vec::new();
    let mut all = Vec::new();
    for (g, group) in groups.iter().enumerate() {
        let facts = group.0.facts();
        for (v, (variant, _)) in facts.variants.iter().enumerate() {
            let full = format!("{}/{variant}", facts.name);
            if chosen.contains(&facts.name) && (variant == name || full == name) {
                found.push((g, v));
            }
            all.push(full);
        }
    }
    let [(group, variant)] = found[..] else {
        let count = if found.is_empty() { "no variant is" } else { "several variants are" };
        return Err(format!("--only {name}: {count} called so; there are {}", all.join(", ")));
    };
    let group = &mut groups[group].0;
    let facts = group.facts();
    let full = format!("{}/{}", facts.name, facts.variants[variant].0);
    let n = *facts.sizes.last().ok_or_else(|| format!("group {} has no sizes", facts.name))?;
    let (calls, took) =
        group.only(variant, n, options).map_err(|why| format!("{full} at n = {n}: {why}"))?;
    Ok(format!(
        "{full} at n = {n}: {calls} calls in {}, {} each; nothing is compared with --only\n",
        seconds(took.as_secs_f64()),
        seconds(took.as_secs_f64() / calls.max(1) as f64)
    ))
}
