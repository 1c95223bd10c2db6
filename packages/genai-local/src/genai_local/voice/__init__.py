"""Speech without a network: recordings and streams to text, voice activity, and text to speech.

It works on samples and texts, and knows neither messages nor replies of the API. The packages that it uses belong to the extra
`voice`, and are imported at the first use.
"""
