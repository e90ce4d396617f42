import Media

/// The share of a sound's power at one frequency, 0–1, by Goertzel's recurrence.
func power(of samples: [Int16], at frequency: Int) -> Double {
  let total = samples.reduce(0.0) { $0 + Double($1) * Double($1) }
  guard total > 0 else { return 0 }
  let turn = cosine(2 * Double.pi * Double(frequency) / Double(Sound.sampleRate)) * 2
  var (last, previous) = (0.0, 0.0)
  for sample in samples { (last, previous) = (Double(sample) + turn * last - previous, last) }
  let energy = last * last + previous * previous - turn * last * previous
  return energy * 2 / Double(samples.count) / total
}

private func cosine(_ angle: Double) -> Double {
  var (term, sum) = (1.0, 1.0)
  for index in 1...12 {
    term *= -angle * angle / Double((2 * index - 1) * 2 * index)
    sum += term
  }
  return sum
}
